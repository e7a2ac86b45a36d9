package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

func TestShutdown(t *testing.T) {
	for _, how := range []Shutdown{Finish, CancelQueued} {
		for _, cfg := range taskModes() {
			e := start(t, cfg)
			g := newGate(t)
			busy := occupy(t, e, g)
			var queued []*Future[int]
			for x := range 50 {
				queued = append(queued, submit(t, e, squareFunc, x))
			}
			short, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			if err := e.Shutdown(short, how); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: shut down in spite of running tasks: %v", name(cfg), err)
			}
			cancel()
			if _, err := squareFunc.Submit(t.Context(), e, 1); !errors.Is(err, ErrShutdown) {
				t.Errorf("%s: submit after shutdown: %v", name(cfg), err)
			}
			if _, err := sumKernel.Run(t.Context(), e, shmarena.Array[float64]{}); !errors.Is(err, ErrShutdown) {
				t.Errorf("%s: run after shutdown: %v", name(cfg), err)
			}
			g.open(t)
			for range 2 {
				if err := e.Shutdown(deadline(t, patience), how); err != nil {
					t.Fatalf("%s: %v", name(cfg), err)
				}
			}
			for _, f := range busy {
				must[string](t)(f, nil)
			}
			for x, f := range queued {
				r, err := f.Result(t.Context())
				if how == Finish && (r != x*x || err != nil) || how == CancelQueued && !errors.Is(err, ErrShutdown) {
					t.Errorf("%s, how %d: %d, %v, %v", name(cfg), how, r, err, f.State())
				}
			}
		}
	}
}

// Close ends tasks that run, wait, and have large errors on the way, in any state.
func TestCloseDuringTasks(t *testing.T) {
	for _, cfg := range taskModes() {
		for range 5 {
			e := start(t, cfg)
			var fs []*Future[int]
			for i := range 60 {
				fs = append(fs, submit(t, e, doFunc, []int{waitForContext, returnHuge, doNothing}[min(i%5, 2)]))
			}
			last := fs[len(fs)-1]
			last.Cancel()
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			for _, f := range fs {
				if s := f.State(); s <= StateRunning {
					t.Fatalf("%s: a task is %v after Close", name(cfg), s)
				}
			}
			if _, err := squareFunc.Submit(t.Context(), e, 1); !errors.Is(err, ErrClosed) {
				t.Errorf("%s: submit after close: %v", name(cfg), err)
			}
		}
	}
}
