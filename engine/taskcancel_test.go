package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// allCancelled looks that the outcome of each is its cancellation.
func allCancelled[R any](t *testing.T, fs []*Future[R]) {
	t.Helper()
	for i, f := range fs {
		if _, err := f.Result(t.Context()); !errors.Is(err, context.Canceled) || f.State() != StateCancelled {
			t.Errorf("task %d of %d: %v, %v", i, len(fs), f.State(), err)
		}
	}
}

// What is queued when its context ends never starts, what runs sees it.
func TestCancelledContext(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		note := filepath.Join(t.TempDir(), "note")
		ctx, cancel := context.WithCancel(t.Context())
		var waiting, queued []*Future[int]
		for range e.Workers() {
			waiting = append(waiting, submitWith(t, ctx, e, doFunc, waitForContext))
		}
		for _, f := range waiting {
			for f.State() != StateRunning {
				time.Sleep(100 * time.Microsecond)
			}
		}
		for range 20 {
			queued = append(queued, submitWith(t, ctx, e, noteFunc, note))
		}
		cancel()
		allCancelled(t, queued)
		allCancelled(t, waiting)
		if _, err := os.Stat(note); err == nil {
			t.Error("a cancelled task has run")
		}
		if _, err := squareFunc.Submit(ctx, e, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("submitted with a context that has ended: %v", err)
		}
		if d := e.Stats().Deaths; d != 0 {
			t.Errorf("%d workers died of a cancellation that they heeded", d)
		}
		timed, stop := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer stop()
		f, err := doFunc.Submit(timed, e, waitForContext)
		if err == nil { // otherwise the time was over before it could be submitted
			_, err = f.Result(t.Context())
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("past its deadline: %v", err)
		}
	})
}

// A task that does not heed its context loses its worker, after the grace.
func TestCancelKillsWhatDoesNotHeed(t *testing.T) {
	e := start(t, Config{Workers: 1, Grace: 20 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	f := submitWith(t, ctx, e, doFunc, ignoreContext)
	for f.State() != StateRunning {
		time.Sleep(100 * time.Microsecond)
	}
	cancel()
	if _, err := f.Result(deadline(t, patience)); !errors.Is(err, context.Canceled) || f.State() != StateCancelled {
		t.Errorf("%v, %v", f.State(), err)
	}
	if got := must[int](t)(squareFunc.Submit(t.Context(), e, 4)); got != 16 || e.Stats().Deaths != 1 {
		t.Errorf("%d, %+v", got, e.Stats())
	}
}

// PartitionTimeout is for each task, whoever waits for it.
func TestTaskPastItsTime(t *testing.T) {
	e := start(t, Config{Workers: 1, PartitionTimeout: 50 * time.Millisecond})
	_, err := submit(t, e, doFunc, ignoreContext).Result(deadline(t, patience))
	var we *WorkerError
	if !errors.As(err, &we) {
		t.Fatal(err)
	}
	wantText(t, err, "killed after 50ms")
}

func TestPriorities(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		if e.Workers() != 1 {
			return // the order of one worker is exact
		}
		g, log := newGate(t), filepath.Join(t.TempDir(), "log")
		occupy(t, e, g)
		var fs []Pending
		for _, p := range []Priority{LowPriority, NormalPriority, HighPriority, LowPriority, HighPriority, NormalPriority} {
			fs = append(fs, submit(t, e, logFunc.At(p), logged{log, string('1' + rune(p))}))
		}
		g.open(t)
		if _, _, err := Wait(deadline(t, patience), WaitAll, fs...); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(log); string(got) != "221100" || err != nil {
			t.Errorf("run in the order %s, %v", got, err)
		}
	})
}

// endsWhenWaitedFor is a context whose deadline passes when somebody begins to wait.
type endsWhenWaitedFor struct {
	context.Context
	done   chan struct{}
	waited sync.Once
}

func (c *endsWhenWaitedFor) Done() <-chan struct{} {
	c.waited.Do(func() { close(c.done) })
	return c.done
}

func (c *endsWhenWaitedFor) Err() error {
	select {
	case <-c.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// When the arena is full Submit waits, as long as its context lets it.
func TestSubmitToAFullArena(t *testing.T) {
	for _, cfg := range taskModes() {
		cfg.ArenaSize = 8 << 20
		e := start(t, cfg)
		var filling []shmarena.Array[byte]
		for {
			x, err := shmarena.Alloc[byte](e.Arena(), 1<<20)
			if err != nil {
				break
			}
			filling = append(filling, x)
		}
		big := make([]byte, 2<<20)
		waited := &endsWhenWaitedFor{Context: t.Context(), done: make(chan struct{})}
		if _, err := lengthFunc.Submit(waited, e, big); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, shmarena.ErrNoSpace) {
			t.Errorf("%s: %v", name(cfg), err)
		}
		_, err := submit(t, e, repeatFunc, 2<<20).Result(t.Context())
		if !errors.Is(err, shmarena.ErrNoSpace) {
			t.Errorf("%s: a result without room: %v", name(cfg), err)
		}
		time.AfterFunc(10*time.Millisecond, func() {
			for _, x := range filling {
				_ = x.Free()
			}
		})
		if got := must[int](t)(lengthFunc.Submit(t.Context(), e, big)); got != len(big) {
			t.Errorf("%s: %d", name(cfg), got)
		}
		if _, err := lengthFunc.Submit(t.Context(), e, make([]byte, 64<<20)); !errors.Is(err, shmarena.ErrNoSpace) {
			t.Errorf("%s: larger than the arena: %v", name(cfg), err)
		}
	}
}
