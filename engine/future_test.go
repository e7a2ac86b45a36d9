package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A gate is a file for which tasks of gateFunc wait.
type gate struct{ path string }

func newGate(t testing.TB) gate { return gate{filepath.Join(t.TempDir(), "open")} }

func (g gate) open(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(g.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func submit[A, R any](t testing.TB, e *Engine, f *Func[A, R], a A) *Future[R] {
	t.Helper()
	return submitWith(t, t.Context(), e, f, a)
}

func submitWith[A, R any](t testing.TB, ctx context.Context, e *Engine, f *Func[A, R], a A) *Future[R] {
	t.Helper()
	fut, err := f.Submit(ctx, e, a)
	if err != nil {
		t.Fatal(err)
	}
	return fut
}

// occupy has every worker wait for the gate, and returns when they do.
func occupy(t testing.TB, e *Engine, g gate) (fs []*Future[string]) {
	t.Helper()
	for range e.Workers() {
		fs = append(fs, submit(t, e, gateFunc, g.path))
	}
	for _, f := range fs {
		for f.State() != StateRunning {
			time.Sleep(100 * time.Microsecond)
		}
	}
	return fs
}

func TestFutureStates(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		g := newGate(t)
		busy := occupy(t, e, g)
		queued := submit(t, e, squareFunc, 5)
		if s := queued.State(); s != StateQueued || queued.Err() != nil {
			t.Errorf("a task behind others is %v", s)
		}
		if busy[0].Cancel() {
			t.Error("a running task was cancelled")
		}
		for range 2 { // a second time is no news
			if !queued.Cancel() || queued.State() != StateCancelled {
				t.Errorf("a queued task could not be cancelled: %v", queued.State())
			}
		}
		if _, err := queued.Result(t.Context()); !errors.Is(err, ErrCancelled) || !errors.Is(err, context.Canceled) {
			t.Errorf("the result of a cancelled task: %v", err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := busy[0].Result(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("result before its time: %v", err)
		}
		g.open(t)
		for _, f := range busy {
			if got := must[string](t)(f, nil); got != g.path || f.State() != StateDone || f.Cancel() || f.Err() != nil {
				t.Errorf("%q, %v", got, f.State())
			}
			<-f.Done()
			if got, err := f.Result(short); got != g.path || err != nil { // it is there: the context does not matter
				t.Errorf("a second time: %q, %v", got, err)
			}
		}
	})
}

func TestCallbacks(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		g := newGate(t)
		f := submit(t, e, gateFunc, g.path)
		calls := make(chan int, 10)
		for i := range 3 {
			f.OnDone(func() { calls <- i })
		}
		f.OnDone(func() { panic("in a callback") })
		f.OnDone(func() { // a callback may submit, and wait
			if r, err := submit(t, e, squareFunc, 7).Result(t.Context()); r == 49 && err == nil {
				calls <- 3
			}
		})
		g.open(t)
		for want := range 4 {
			if got := <-calls; got != want {
				t.Errorf("call %d, want %d", got, want)
			}
		}
		f.OnDone(func() { calls <- 4 }) // it has ended already
		if got := <-calls; got != 4 {
			t.Errorf("call %d, want 4", got)
		}
	})
}

func TestFutureMisuse(t *testing.T) {
	e := start(t, Config{Workers: 1, Mode: Goroutines})
	f := submit(t, e, squareFunc, 1)
	for what, misuse := range map[string]func(){
		"result of a zero future": func() { _, _ = new(Future[int]).Result(t.Context()) },
		"state of a zero future":  func() { new(Future[int]).State() },
		"OnDone of nil":           func() { f.OnDone(nil) },
		"wait in a mode":          func() { _, _, _ = Wait(t.Context(), 77, f) },
		"shutdown in a mode":      func() { _ = e.Shutdown(t.Context(), 77) },
		"func of nil":             func() { NewFunc[int, int]("x", nil) },
		"func late":               func() { NewFunc("x", func(context.Context, int) (int, error) { return 0, nil }) },
		"map as argument":         func() { NewFunc("x", func(context.Context, map[int]int) (int, error) { return 0, nil }) },
		"priority":                func() { squareFunc.At(5) },
		"error late":              func() { RegisterError(errTrouble) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			misuse()
		}()
	}
}

// A waitCase is a Wait with a context that has ended, and what it returns.
type waitCase struct {
	mode        WaitMode
	fs          []*Future[int]
	ended, rest []*Future[int]
	ok          bool
}

func (c waitCase) check(t *testing.T) {
	t.Helper()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	ended, rest, err := Wait(over, c.mode, c.fs...)
	if !slices.Equal(ended, c.ended) || !slices.Equal(rest, c.rest) || (err == nil) != c.ok {
		t.Errorf("mode %d of %d: %d ended, %d not, %v", c.mode, len(c.fs), len(ended), len(rest), err)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWait(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		type fs = []*Future[int]
		g := newGate(t)
		done := submit(t, e, doFunc, doNothing)
		failed := submit(t, e, doFunc, returnKnown)
		if ended, _, err := Wait(t.Context(), WaitAll, done, failed); len(ended) != 2 || err != nil {
			t.Fatal(len(ended), err)
		}
		occupy(t, e, g)
		queued, gone := submit(t, e, doFunc, doNothing), submit(t, e, doFunc, doNothing)
		gone.Cancel()
		for _, c := range []waitCase{
			{WaitFirst, fs{queued, done, done, queued}, fs{done}, fs{queued}, true},
			{WaitFirst, fs{queued, gone}, fs{gone}, fs{queued}, true},
			{WaitFirst, nil, nil, nil, true},
			{WaitFirstError, fs{queued, failed}, fs{failed}, fs{queued}, true},
			{WaitFirstError, fs{queued, done}, fs{done}, fs{queued}, false},
			{WaitFirstError, fs{done, done}, fs{done}, nil, true},
			{WaitAll, fs{gone, done, failed, gone}, fs{gone, done, failed}, nil, true},
			{WaitAll, fs{gone, queued, done}, fs{gone, done}, fs{queued}, false},
			{WaitFirst, fs{queued}, nil, fs{queued}, false},
		} {
			c.check(t)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, _, err := Wait(short, WaitAll, queued, done)
		wantText(t, err, "1 (of 2) unfinished")
		g.open(t)
		if _, rest, err := Wait[Pending](t.Context(), WaitAll, queued, submit(t, e, pidFunc, struct{}{})); len(rest) != 0 || err != nil {
			t.Error(len(rest), err)
		}
	})
}

func TestAsCompleted(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		g := newGate(t)
		late := occupy(t, e, g)[0]
		gone := submit(t, e, gateFunc, g.path)
		gone.Cancel()
		n := 0
		for i, f := range AsCompleted(t.Context(), late, gone, late) {
			if n == 0 && (i != 1 || f != gone) || n == 1 && (i != 0 || f != late) {
				t.Errorf("future %d comes as number %d", i, n)
			}
			if n++; n == 1 {
				g.open(t)
			}
		}
		if n != 2 {
			t.Errorf("%d futures", n)
		}
		for range AsCompleted(t.Context(), late, gone) {
			break
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		closed := newGate(t)
		waits := occupy(t, e, closed)[0]
		n = 0
		for range AsCompleted(over, waits, late) {
			n++
		}
		if n != 1 {
			t.Errorf("%d futures after the context's end, want the one that has ended", n)
		}
		closed.open(t)
	})
}

// Tasks that end while Wait registers are not missed.
func TestWaitMissesNone(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		for range 20 {
			fs := make([]*Future[int], 100)
			for i := range fs {
				fs[i] = submit(t, e, squareFunc, i)
			}
			var seen atomic.Int32
			var wg sync.WaitGroup
			for _, f := range fs {
				f.OnDone(func() { seen.Add(1) })
			}
			wg.Go(func() {
				n := 0
				for range AsCompleted(t.Context(), fs...) {
					n++
				}
				if n != len(fs) {
					t.Errorf("AsCompleted gave %d", n)
				}
			})
			if ended, _, err := Wait(deadline(t, patience), WaitAll, fs...); len(ended) != len(fs) || err != nil {
				t.Fatal(len(ended), err)
			}
			wg.Wait()
			waitFor(t, "as many callbacks as tasks", func() bool { return int(seen.Load()) == len(fs) })
		}
	})
}
