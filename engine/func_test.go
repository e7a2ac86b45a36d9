package engine

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// taskModes are what a table of tasks is run over. Nobody is killed on a machine that
// is busy: where the grace matters a test has its own.
func taskModes() []Config {
	return []Config{
		{Workers: 1, Grace: time.Minute}, {Workers: 2, Grace: time.Minute},
		{Workers: 1, Mode: Goroutines}, {Workers: 3, Mode: Goroutines},
	}
}

// inModes runs f with an engine of each mode, and looks that nothing is left in the
// arena.
func inModes(t *testing.T, f func(t *testing.T, e *Engine)) {
	t.Helper()
	for _, cfg := range taskModes() {
		t.Run(name(cfg), func(t *testing.T) {
			e := start(t, cfg)
			before := e.Arena().Stats().InUse
			f(t, e)
			if err := e.Drain(deadline(t, patience)); err != nil {
				t.Fatal(err)
			}
			if after := e.Arena().Stats().InUse; after != before {
				t.Errorf("%d bytes live in the arena, %d before", after, before)
			}
		})
	}
}

// must returns the result of a future that ends well.
func must[R any](t testing.TB) func(f *Future[R], err error) R {
	return func(f *Future[R], err error) R {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		r, err := f.Result(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func TestSubmit(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		for x := range 100 {
			if got := must[int](t)(squareFunc.Submit(t.Context(), e, x)); got != x*x {
				t.Fatalf("the square of %d is %d", x, got)
			}
		}
		in := order{"name", []string{"a", ""}, 1.5, []struct{ Key, Value string }{{"k", "v"}}}
		want := order{"NAME", []string{"a", "", "last"}, 3, in.Tags}
		if got := must[order](t)(orderFunc.Submit(t.Context(), e, in)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if len(in.Parts) != 2 || in.Name != "name" {
			t.Errorf("the argument has changed: %+v", in)
		}
	})
}

// Arguments and results of any size: in the cell, in a block, and in a block that the
// worker had to ask for.
func TestSizes(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		for _, n := range []int{0, 1, 100, inlineArgs - 17, inlineArgs - 16, inlineArgs, inlineRoom - 16, inlineRoom - 15, 5000, 1 << 20, 10, 1 << 21} {
			if got := must[int](t)(lengthFunc.Submit(t.Context(), e, make([]byte, n))); got != n {
				t.Errorf("an argument of %d bytes arrived as %d", n, got)
			}
			if got := must[string](t)(repeatFunc.Submit(t.Context(), e, n)); got != strings.Repeat("x", n) {
				t.Errorf("a result of %d bytes arrived as %d", n, len(got))
			}
		}
	})
}

func TestManyTasksAtOnce(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		var fs []*Future[int]
		for x := range 3 * maxTasks { // more than there are cells
			f, err := squareFunc.Submit(t.Context(), e, x)
			if err != nil {
				t.Fatal(err)
			}
			fs = append(fs, f)
		}
		for x, f := range fs {
			if got := must[int](t)(f, nil); got != x*x {
				t.Fatalf("the square of %d is %d", x, got)
			}
		}
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for x := range 200 {
					if f, err := squareFunc.Submit(t.Context(), e, x); err != nil {
						t.Error(err)
					} else if got, err := f.Result(t.Context()); got != x*x || err != nil {
						t.Errorf("the square of %d is %d, %v", x, got, err)
					}
				}
			})
		}
		wg.Wait()
	})
}

// A troubleCase is what a task does, and how its caller sees it.
type troubleCase struct {
	what  int
	text  string
	typ   string
	is    error
	panic bool
}

func (c troubleCase) check(t *testing.T, e *Engine) {
	t.Helper()
	f := submit(t, e, doFunc, c.what)
	_, err := f.Result(t.Context())
	var fe *FuncError
	if !errors.As(err, &fe) {
		t.Fatalf("trouble %d: %v", c.what, err)
	}
	if fe.Func != "test/do" || !strings.Contains(fe.Message, c.text) || fe.Type != c.typ || fe.Panic != c.panic {
		t.Errorf("trouble %d: %+v", c.what, fe)
	}
	if c.is != nil && !errors.Is(err, c.is) {
		t.Errorf("trouble %d: %v is not %v", c.what, err, c.is)
	}
	if c.panic && !strings.Contains(fe.Stack, "engine.do(") {
		t.Errorf("trouble %d: no stack in %q", c.what, fe.Stack)
	}
	if f.State() != StateFailed || f.Err() != err {
		t.Errorf("trouble %d: state %v, error %v", c.what, f.State(), f.Err())
	}
}

// What a task returns or panics with is the outcome of that task only.
func TestTaskTrouble(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		for _, c := range []troubleCase{
			{returnKnown, "wrapped: test: a registered error", "*fmt.wrapError", errKnown, false},
			{returnUnknown, "test: an error that is not registered", "*errors.errorString", nil, false},
			{returnCode, "wrapped: code 77", "*fmt.wrapError", errCode, false},
			{returnHuge, strings.Repeat("e", 300<<10), "*errors.errorString", nil, false},
			{panicString, "at the disco", "string", nil, true},
			{panicError, "test: a registered error", "*errors.errorString", nil, true},
			{panicNil, "nil pointer", "runtime.errorString", nil, true},
		} {
			c.check(t, e)
		}
		_, err := submit(t, e, doFunc, returnCode).Result(t.Context())
		var ce *codeError
		if !errors.As(err, &ce) || ce.Code != 77 {
			t.Errorf("%v is not a codeError", err)
		}
		if e.Stats().Deaths != 0 {
			t.Errorf("%d workers died", e.Stats().Deaths)
		}
		must[int](t)(squareFunc.Submit(t.Context(), e, 3))
	})
}

// runtime.Goexit and os.Exit in a task are the end of a worker, never success.
func TestTaskThatEndsItsWorker(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		cases := map[int]int{callGoexit: exitGoexit, callExit: 0, killSelf: -9}
		if e.cfg.Mode == Goroutines {
			cases = map[int]int{callGoexit: 0} // the others would end this process
		}
		for what, code := range cases {
			f, err := doFunc.Submit(t.Context(), e, what)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Result(deadline(t, patience))
			var we *WorkerError
			if !errors.As(err, &we) || we.ExitCode != code || !we.Dirty || we.Kernel != "test/do" || errors.Is(err, ErrPoisoned) {
				t.Fatalf("trouble %d: %v", what, err)
			}
			f, err = doAgain.Submit(t.Context(), e, what)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Result(deadline(t, patience))
			if !errors.As(err, &we) || we.Attempts != defaultRetries+1 || we.Dirty || !errors.Is(err, ErrPoisoned) {
				t.Fatalf("trouble %d, idempotent: %v", what, err)
			}
			must[int](t)(squareFunc.Submit(t.Context(), e, 3))
		}
	})
}
