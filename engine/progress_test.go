package engine

import (
	"context"
	"errors"
	"slices"
	"structs"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// slowKernel does some leaves after each call that is told of how far it is, or ends with its job.
var slowKernel = NewKernel("test/slow", Idempotent, func(t *Task, a slowArgs) error {
	calls := &a.Calls.Slice()[0].n
	for int(calls.Load()) < t.Partition()/int(a.Each) && t.Err() == nil {
		time.Sleep(100 * time.Microsecond)
	}
	return t.Err()
})

type slowArgs struct {
	X     In[float64]
	Each  int64 // partitions a call
	Calls shmarena.Array[callCount]
}

type callCount struct {
	_ structs.HostLayout
	n atomic.Uint64 // calls of Config.Progress: added by it, read by slowKernel
}

// A long job is told of again and again, never backwards, at last as done, and never
// after Run has returned.
func TestProgress(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		var calls []Progress
		var inside, late atomic.Int32
		var count *callCount
		returned := false // written between jobs: a call then is a data race too
		cfg.Progress = func(p Progress) {
			if inside.Add(1) != 1 || returned {
				late.Add(1)
			}
			calls = append(calls, p)
			count.n.Add(1)
			inside.Add(-1)
		}
		e := start(t, cfg)
		x, counts := share(t, e, make([]float64, 40*LeafRows)), share(t, e, make([]callCount, 1))
		count = &counts.Slice()[0]
		if err := slowKernel.Run(t.Context(), e, x.Len(), slowArgs{InOf(x), 10, counts}); err != nil {
			t.Fatal(err)
		}
		returned = true
		checkProgress(t, cfg, calls, x.Len())
		returned = false
		n, begin := len(calls), time.Now()
		for range 20 { // of short ones only those that the clock happens to meet, twice
			if _, err := sumKernel.Run(t.Context(), e, x); err != nil {
				t.Fatal(err)
			}
		}
		if most := 2 * int(time.Since(begin)/progressPause+2); len(calls)-n > most {
			t.Errorf("%s: %d calls for short jobs, at most %d in that time", name(cfg), len(calls)-n, most)
		}
		if late.Load() != 0 {
			t.Errorf("%s: %d calls at once, or late", name(cfg), late.Load())
		}
	}
}

// checkProgress looks at the calls for one job of 40 partitions.
func checkProgress(t *testing.T, cfg Config, calls []Progress, rows int) {
	t.Helper()
	if n := len(calls); n < 4 || calls[n-1].Done != 40 || calls[0].Done >= 40 {
		t.Fatalf("%s: %+v", name(cfg), calls)
	}
	if !slices.IsSortedFunc(calls, func(a, b Progress) int { return a.Done - b.Done }) {
		t.Errorf("%s: backwards: %+v", name(cfg), calls)
	}
	for i, p := range calls {
		if p.Kernel != "test/slow" || p.Parts != 40 || p.Rows != rows || p.Job != 0 || p.Since <= 0 {
			t.Errorf("%+v", p)
		}
		if i > 0 && i < len(calls)-1 && p.Since-calls[i-1].Since < progressPause {
			t.Errorf("%s: two calls in %v", name(cfg), p.Since-calls[i-1].Since)
		}
	}
}

// The callback may use the engine; and a job that is cancelled ends with what was done.
func TestProgressUsesTheEngine(t *testing.T) {
	var e *Engine
	var sum float64
	var last Progress
	ready := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg := Config{Workers: 2, Progress: func(p Progress) {
		<-ready
		last = p
		if x, err := squareFunc.Submit(context.Background(), e, 7); err == nil {
			r, _ := x.Result(context.Background())
			sum += float64(r)
		}
		cancel()
	}}
	e = start(t, cfg)
	close(ready)
	x, counts := share(t, e, make([]float64, 40*LeafRows)), share(t, e, make([]callCount, 1))
	err := slowKernel.Run(ctx, e, x.Len(), slowArgs{InOf(x), 39, counts}) // no call is counted: the last goes on
	if !errors.Is(err, context.Canceled) || sum < 49 {
		t.Errorf("%v, %v", err, sum)
	}
	if last.Done >= last.Parts {
		t.Errorf("a cancelled job is told of as done: %+v", last)
	}
}

// What a peer has stored in the word of what is left moves nothing out of bounds.
func TestProgressOfHostileWord(t *testing.T) {
	var got []int
	m := newMeter(func(p Progress) { got = append(got, p.Done) })
	g := m.enter(&request{spec: sumKernel.columns.spec, parts: 10})
	var left atomic.Int64
	g.follow(&left)
	for _, n := range []int64{10, -1 << 63, 1<<63 - 1, 5, 11} {
		left.Store(n)
		g.now.Done = 0
		g.tell(m.call, false)
	}
	if want := []int{0, 10, 0, 5, 0}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	g.drop(false)
	m.leave(g)
}
