package engine

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"
)

// The kernels of the tests. Workers are this test binary, so they know them.

var sumKernel = NewReducer("test/sum", 0.0,
	func(_ *Task, part []float64) (s float64, _ error) {
		for _, x := range part {
			s += x
		}
		return s, nil
	},
	func(a, b float64) float64 { return a + b })

type extent struct{ Lo, Hi, N int64 }

// extents proves that every row is seen once and in order.
var extents = NewColumnReducer("test/extents", extent{},
	func(t *Task, a struct{ X In[float64] }) (extent, error) {
		lo, hi := t.Rows()
		return extent{int64(lo), int64(hi), int64(len(a.X.Part(t)))}, nil
	},
	func(a, b extent) extent {
		if a.Hi != b.Lo {
			return extent{-1, -1, -1}
		}
		return extent{a.Lo, b.Hi, a.N + b.N}
	})

var scaleKernel = NewMapper("test/scale", func(_ *Task, out []float64, in []float64, k float64) error {
	for i, x := range in {
		out[i] = k * x
	}
	return nil
})

type inPlace struct{ X InOut[float64] }

func double(t *Task, a inPlace) error {
	for i, x := range a.X.Part(t) {
		a.X.Part(t)[i] = 2 * x
	}
	return nil
}

var (
	doubleOnce  = NewKernel("test/double/noretry", NoRetry, double)
	doubleAgain = NewKernel("test/double/idempotent", Idempotent, double)
)

type trouble struct {
	X    In[float64]
	What int64
	Part int64
}

const (
	makeError = iota
	makePanic
	makeFault
	makeExit
	makeGoexit
	makeDeath
	makeSleep
	makeSlow
)

var errTrouble = errors.New("no luck")

// troubleKernel gets into trouble in one partition.
var troubleKernel = NewKernel("test/trouble", Idempotent, func(t *Task, a trouble) error {
	if int64(t.Partition()) != a.Part {
		return nil
	}
	switch a.What {
	case makeError:
		return errTrouble
	case makePanic:
		panic("at the disco")
	case makeFault:
		var p *int
		*p = 1
	case makeExit:
		os.Exit(0)
	case makeGoexit:
		runtime.Goexit()
	case makeDeath:
		dieNow()
	case makeSleep: // heeds cancellation
		for t.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		return t.Err()
	case makeSlow: // does not
		time.Sleep(time.Hour)
	}
	return nil
})

type stopArgs struct {
	In  In[float64]
	Out Out[float64]
}

// stopKernel stops its worker in the middle of an output store, once.
var stopKernel = NewKernel("test/stop", Idempotent, func(t *Task, a stopArgs) error {
	in, out := a.In.Part(t), a.Out.Part(t)
	for i, x := range in {
		if t.Partition() == 1 && t.Attempt() == 0 && i == len(in)/2 {
			stopNow()
			out[i] = -1 // what a worker would write that was continued after the retry
		}
		out[i] = x + 1
	}
	return nil
})

var nestedKernel = NewReducer("test/nested", int64(0),
	func(*Task, []float64) (int64, error) {
		_, err := Start(context.Background(), Config{Workers: 1})
		if errors.Is(err, ErrNested) {
			return 1, nil
		}
		return 0, err
	},
	func(a, b int64) int64 { return a + b })
