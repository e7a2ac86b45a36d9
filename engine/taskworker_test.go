package engine

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
)

const initEnvTest = "SHMENGINE_TEST_INIT"

var initialized int

// initCount counts its calls in this process, or fails if the test says so.
var initCount = NewInitializer("test/init", func() error {
	if text := os.Getenv(initEnvTest); text != "" {
		return errors.New(text)
	}
	initialized++
	return nil
})

var initializedFunc = NewFunc("test/initialized", func(context.Context, struct{}) (int, error) { return initialized, nil })

func TestInitializer(t *testing.T) {
	initialized = 0
	for _, cfg := range []Config{{Workers: 2}, {Workers: 3, Mode: Goroutines}} {
		cfg.WorkerInit = initCount
		want := 1 // of each process
		if cfg.Mode == Goroutines {
			want = cfg.Workers
		}
		e := start(t, cfg)
		for range 10 {
			if got := must[int](t)(initializedFunc.Submit(t.Context(), e, struct{}{})); got != want {
				t.Errorf("%s: initialized %d times", name(cfg), got)
			}
		}
		t.Setenv(initEnvTest, "no luck today")
		_, err := Start(t.Context(), cfg)
		if !errors.Is(err, ErrWorkerStart) {
			t.Errorf("%s: %v", name(cfg), err)
		}
		wantText(t, err, "no luck today")
		t.Setenv(initEnvTest, "")
	}
}

func TestMaxTasks(t *testing.T) {
	e := start(t, Config{Workers: 1, MaxTasks: 3})
	var pids []int
	for range 9 {
		pids = append(pids, must[int](t)(pidFunc.Submit(t.Context(), e, struct{}{})))
	}
	for i := range pids {
		if same := i%3 != 0; i > 0 && same != (pids[i] == pids[i-1]) {
			t.Errorf("processes %v", pids)
			break
		}
	}
	if s := e.Stats(); s.Deaths != 0 || s.Restarts < 2 {
		t.Errorf("%+v", s)
	}
}

func TestMaxTasksAndShutdown(t *testing.T) {
	e := start(t, Config{Workers: 1, MaxTasks: 1})
	var fs []*Future[int]
	for x := range 6 {
		fs = append(fs, submit(t, e, squareFunc, x))
	}
	if err := e.Shutdown(deadline(t, patience), Finish); err != nil {
		t.Fatal(err)
	}
	for x, f := range fs {
		if got := must[int](t)(f, nil); got != x*x {
			t.Errorf("%d", got)
		}
	}
}

// A listCrew is workers that do nothing, and who was woken for which cell.
type listCrew struct {
	woken [][2]int
	full  bool // nobody can be woken
}

func (c *listCrew) size() int         { return 3 }
func (c *listCrew) spins() bool       { return false }
func (c *listCrew) kills() bool       { return false }
func (c *listCrew) kill(int, *future) {}

func (c *listCrew) wake(worker, cell int) bool {
	c.woken = append(c.woken, [2]int{worker, cell})
	return !c.full
}

// Of the idle workers the first is used again and again; who is not idle is not
// handed anything, and what nobody can be handed is hinted to all.
func TestIdleWorkersAreUsedAgain(t *testing.T) {
	crew, b := new(listCrew), new(taskBoard)
	ts := newTasks(nil, b, crew)
	fs, seen := []*future(nil), uint64(0)
	put := func() {
		i, _, err := ts.reserve(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		f := &Future[int]{}
		f.sink, f.count = taskSink[int]{f}, 1
		ts.offer(context.Background(), &f.future, offer{cell: i, fn: squareFunc.spec, count: 1, level: 1})
		fs = append(fs, &f.future)
	}
	b.rest(2)
	for range 3 {
		b.rest(0)
		put()
	}
	if put(); !b.empty() {
		t.Error("there are hints of what was handed over")
	}
	put()
	if want := [][2]int{{0, 0}, {0, 1}, {0, 2}, {2, 3}}; !slices.Equal(crew.woken, want) {
		t.Errorf("woken %v, want %v", crew.woken, want)
	}
	if cell, ok := b.hints[1].next(&seen); !ok || cell != 4 {
		t.Errorf("hint of cell %d, %v", cell, ok)
	}
	b.rest(1)
	ts.tell(fs[0]) // somebody sleeps until its end: it is offered to others too
	if cell, ok := b.hints[1].next(&seen); !ok || cell != 0 || crew.woken[4] != [2]int{1, -1} {
		t.Errorf("hint of cell %d, %v, woken %v", cell, ok, crew.woken)
	}
	for _, f := range fs {
		if !ts.withdraw(f, errCancelled) || FutureState(f.state.Load()) != StateCancelled {
			t.Error("not withdrawn")
		}
	}
}
