package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

func modes() []Config {
	return []Config{
		{Workers: 1}, {Workers: 2}, {Workers: 3},
		{Workers: 1, Mode: Goroutines}, {Workers: 4, Mode: Goroutines},
	}
}

func name(c Config) string { return fmt.Sprintf("mode%d/%d", c.Mode, c.Workers) }

// reference is the merge tree by its definition: node (level, i) is
// merge(left, right), or left where there is no right.
func reference(x []float64) float64 {
	var nodes []float64
	for lo := 0; lo < len(x); lo += LeafRows {
		s := 0.0
		for _, v := range x[lo:min(lo+LeafRows, len(x))] {
			s += v
		}
		nodes = append(nodes, s)
	}
	for len(nodes) > 1 {
		var up []float64
		for i := 0; i < len(nodes); i += 2 {
			if i+1 < len(nodes) {
				up = append(up, nodes[i]+nodes[i+1])
			} else {
				up = append(up, nodes[i])
			}
		}
		nodes = up
	}
	if len(nodes) == 0 {
		return 0
	}
	return nodes[0]
}

func TestReduceSameBits(t *testing.T) {
	for _, cfg := range modes() {
		t.Run(name(cfg), func(t *testing.T) {
			e := start(t, cfg)
			for _, n := range []int{1, 5, LeafRows - 1, LeafRows, LeafRows + 1, 7 * LeafRows, 41*LeafRows + 3} {
				data := randoms(n)
				x := share(t, e, data)
				for range 3 {
					got, err := sumKernel.Run(t.Context(), e, x)
					if err != nil {
						t.Fatal(err)
					}
					if want := reference(data); math.Float64bits(got) != math.Float64bits(want) {
						t.Fatalf("n %d: sum %v, want %v", n, got, want)
					}
				}
				ext, err := extents.Run(t.Context(), e, struct{ X In[float64] }{InOf(x)})
				if err != nil || ext != (extent{0, int64(n), int64(n)}) {
					t.Fatalf("n %d: rows %+v, %v", n, ext, err)
				}
			}
		})
	}
}

func TestReduceNothing(t *testing.T) {
	for _, cfg := range modes() {
		e := start(t, cfg)
		got, err := sumKernel.Run(t.Context(), e, shmarena.Array[float64]{})
		if got != 0 || err != nil {
			t.Fatalf("%s: sum of nothing: %v, %v", name(cfg), got, err)
		}
	}
}

func TestMap(t *testing.T) {
	for _, cfg := range modes() {
		t.Run(name(cfg), func(t *testing.T) {
			e := start(t, cfg)
			data := randoms(9*LeafRows + 17)
			y, err := scaleKernel.Run(t.Context(), e, share(t, e, data), 3)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range y.Slice() {
				if v != 3*data[i] {
					t.Fatalf("element %d: %v", i, v)
				}
			}
			if err := y.Free(); err != nil {
				t.Fatal(err)
			}
			out := make([]float64, len(data))
			if err := scaleKernel.Slices(t.Context(), e, out, data, 4); err != nil {
				t.Fatal(err)
			}
			if out[5] != 4*data[5] || out[len(out)-1] != 4*data[len(data)-1] {
				t.Fatal("Slices: wrong result")
			}
			if got, want := e.Stats().Copied, uint64(16*len(data)); got != want {
				t.Fatalf("copied %d bytes, want %d", got, want)
			}
		})
	}
}

func TestManyJobsAtOnce(t *testing.T) {
	for _, cfg := range modes() {
		t.Run(name(cfg), func(t *testing.T) {
			e := start(t, cfg)
			data := randoms(5*LeafRows + 1)
			x, want := share(t, e, data), reference(data)
			var wg sync.WaitGroup
			for range 3 * maxJobs { // more than there are slots
				wg.Go(func() {
					for range 5 {
						if got, err := sumKernel.Run(t.Context(), e, x); err != nil || got != want {
							t.Errorf("sum %v, %v; want %v", got, err, want)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestArgumentsAreChecked(t *testing.T) {
	e := start(t, Config{Workers: 1})
	x, y := share(t, e, randoms(100)), share(t, e, randoms(101))
	for _, c := range []struct {
		what string
		err  error
		want error
	}{
		{"lengths", stopKernel.Run(t.Context(), e, 100, stopArgs{InOf(x), OutOf(y)}), ErrLength},
		{"rows", stopKernel.Run(t.Context(), e, 99, stopArgs{InOf(x), OutOf(x)}), ErrOverlap},
		{"overlap", stopKernel.Run(t.Context(), e, 100, stopArgs{InOf(x), OutOf(x)}), ErrOverlap},
		{"more rows than the column", doubleAgain.Run(t.Context(), e, 101, inPlace{InOutOf(x)}), ErrLength},
		{"negative", doubleAgain.Run(t.Context(), e, -1, inPlace{InOutOf(x)}), ErrLength},
		{"slices", scaleKernel.Slices(t.Context(), e, make([]float64, 3), make([]float64, 4), 1), ErrLength},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.err, c.want)
		}
	}
}

func TestTrouble(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		e := start(t, cfg)
		x := share(t, e, randoms(40*LeafRows))
		for what, text := range map[int64]string{makeError: "no luck", makePanic: "at the disco", makeFault: "nil pointer"} {
			err := troubleKernel.Run(t.Context(), e, x.Len(), trouble{InOf(x), what, 7})
			var te *TaskError
			if !errors.As(err, &te) {
				t.Fatalf("%s: trouble %d: %v", name(cfg), what, err)
			}
			if te.Kernel != "test/trouble" || te.Partition != 7 || te.Lo != 7*LeafRows || te.Panic != (what != makeError) {
				t.Errorf("%s: %+v", name(cfg), te)
			}
			wantText(t, err, text)
		}
		if _, err := sumKernel.Run(t.Context(), e, x); err != nil {
			t.Errorf("%s: after trouble: %v", name(cfg), err)
		}
	}
}

func TestErrorsKeepTheirIdentityInGoroutines(t *testing.T) {
	e := start(t, Config{Workers: 2, Mode: Goroutines})
	x := share(t, e, randoms(10))
	if err := troubleKernel.Run(t.Context(), e, 10, trouble{InOf(x), makeError, 0}); !errors.Is(err, errTrouble) {
		t.Fatal(err)
	}
	err := troubleKernel.Run(t.Context(), e, 10, trouble{InOf(x), makeGoexit, 0})
	wantText(t, err, goexitText)
}

func TestCancel(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2, Grace: time.Minute}, {Workers: 2, Mode: Goroutines}} {
		e := start(t, cfg)
		x := share(t, e, randoms(40*LeafRows))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		err := troubleKernel.Run(ctx, e, x.Len(), trouble{InOf(x), makeSleep, 3})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: %v", name(cfg), err)
		}
		if d := e.Stats().Deaths; d != 0 {
			t.Fatalf("%s: %d workers died of a cancellation that they heeded", name(cfg), d)
		}
		if err := troubleKernel.Run(ctx, e, x.Len(), trouble{InOf(x), makeSleep, 3}); !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: cancelled before: %v", name(cfg), err)
		}
	}
}

func TestCloseEndsJobs(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		e := start(t, cfg)
		x := share(t, e, randoms(40*LeafRows))
		result := make(chan error)
		go func() { result <- troubleKernel.Run(t.Context(), e, x.Len(), trouble{InOf(x), makeSleep, 3}) }()
		for e.Stats().Partitions < 3 {
			time.Sleep(time.Millisecond)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-result; !errors.Is(err, ErrClosed) {
			t.Fatalf("%s: %v", name(cfg), err)
		}
		if _, err := sumKernel.Run(t.Context(), e, x); !errors.Is(err, ErrClosed) {
			t.Fatalf("%s: run after close: %v", name(cfg), err)
		}
		if err := e.Close(); err != nil {
			t.Fatal("second close:", err)
		}
	}
}
