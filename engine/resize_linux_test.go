package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"structs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

func resize(t *testing.T, e *Engine, n int) {
	t.Helper()
	if err := e.Resize(deadline(t, patience), n); err != nil {
		t.Fatal(err)
	}
	if got := len(e.WorkerPIDs()); e.Workers() != n || e.cfg.Mode == Processes && got != n {
		t.Fatalf("%d workers, %d processes, want %d", e.Workers(), got, n)
	}
}

// A load is jobs and tasks, one after the other, until it is over.
type load struct {
	e    *Engine
	dir  string // with a file for each task, and a byte in it for each time that it was run
	over atomic.Bool
	n    int            // tasks
	on   sync.WaitGroup // until both kinds of work are under way
}

// jobs runs sums.
func (l *load) jobs(t *testing.T, x shmarena.Array[float64], want float64) {
	for begun := false; !l.over.Load(); {
		if !begun {
			begun = true
			l.on.Done()
		}
		if got, err := sumKernel.Run(t.Context(), l.e, x); err != nil || got != want {
			t.Errorf("sum %v, %v", got, err)
			return
		}
	}
}

// tasks runs tasks that may run once.
func (l *load) tasks(t *testing.T) {
	for !l.over.Load() {
		args := func(yield func(string) bool) {
			for range 20 {
				if l.n++; l.n == 1 {
					l.on.Done()
				}
				if !yield(filepath.Join(l.dir, strconv.Itoa(l.n))) {
					return
				}
			}
		}
		for _, err := range noteFunc.Map(t.Context(), l.e, args, MapOptions{Chunk: 3}) {
			if err != nil {
				t.Errorf("task: %v", err)
				return
			}
		}
	}
}

// Tasks and jobs go on while the engine grows and shrinks: none is lost, none is run
// twice.
func TestResizeUnderLoad(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		t.Run(name(cfg), func(t *testing.T) {
			e := start(t, cfg)
			data := randoms(50 * LeafRows)
			x, want := share(t, e, data), reference(data)
			l := &load{e: e, dir: t.TempDir()}
			var running sync.WaitGroup
			l.on.Add(2)
			running.Go(func() { l.jobs(t, x, want) })
			running.Go(func() { l.tasks(t) })
			l.on.Wait()
			for _, n := range []int{5, 1, 3, 8, 2, 1, 4} {
				resize(t, e, n)
			}
			l.over.Store(true)
			running.Wait()
			for i := range l.n {
				if runs, _ := os.ReadFile(filepath.Join(l.dir, strconv.Itoa(i+1))); len(runs) != 1 {
					t.Errorf("task %d was run %d times", i+1, len(runs))
				}
			}
			if s := e.Stats(); s.Deaths != 0 || s.Retries != 0 || l.n == 0 {
				t.Errorf("%d tasks, %+v", l.n, s)
			}
		})
	}
}

// A worker in a task is waited for, and its task is not interrupted.
func TestResizeWaitsForTasks(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		e := start(t, cfg)
		g := newGate(t)
		occupy(t, e, g)
		short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := e.Resize(short, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name(cfg), err)
		}
		cancel()
		g.open(t)
		resize(t, e, 1)
		if s := e.Stats(); s.Deaths != 0 {
			t.Errorf("%s: %+v", name(cfg), s)
		}
		if got := must[int](t)(squareFunc.Submit(t.Context(), e, 5)); got != 25 {
			t.Errorf("%s: %d", name(cfg), got)
		}
	}
}

// A gateWord is a gate in the arena.
type gateWord struct {
	_    structs.HostLayout
	open atomic.Uint32
}

type gatedArgs struct {
	X    InOut[float64]
	Gate shmarena.Array[gateWord]
}

// gatedDouble doubles in place when the gate is open.
var gatedDouble = NewKernel("test/double/gated", Idempotent, func(t *Task, a gatedArgs) error {
	for a.Gate.Slice()[0].open.Load() == 0 {
		time.Sleep(100 * time.Microsecond)
	}
	return double(t, inPlace{a.X})
})

// A job that has begun has no place to save rows for workers that come later: they leave
// it to the others.
func TestResizeDuringAJobInPlace(t *testing.T) {
	e := start(t, Config{Workers: 1})
	data := randoms(40 * LeafRows)
	x, gate := share(t, e, data), share(t, e, make([]gateWord, 1))
	done := make(chan error, 1)
	go func() { done <- gatedDouble.Run(t.Context(), e, x.Len(), gatedArgs{InOutOf(x), gate}) }()
	waitFor(t, "running", func() bool { return len(e.Running()) == 1 })
	resize(t, e, 4)
	// They have looked at every open job before they rest, and are idle now.
	waitFor(t, "idle", func() bool {
		idle := e.tasks.board.idle[0].Load()
		return idle&0xe == 0xe
	})
	gate.Slice()[0].open.Store(1)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for i, v := range x.Slice() {
		if v != 2*data[i] {
			t.Fatalf("row %d was %v, is %v", i, data[i], v)
		}
	}
	if s := e.Stats(); s.Deaths != 0 {
		t.Errorf("%+v", s)
	}
}

func TestResizeRefuses(t *testing.T) {
	for _, cfg := range []Config{{Workers: 1}, {Workers: 1, Mode: Goroutines}} {
		e := start(t, cfg)
		for _, n := range []int{-1, 0, maxWorkers + 1} {
			if err := e.Resize(t.Context(), n); err == nil {
				t.Errorf("resized to %d", n)
			}
		}
		var calls sync.WaitGroup
		for n := range 4 { // at once: one is the last
			calls.Go(func() {
				if err := e.Resize(deadline(t, patience), n+1); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
		resize(t, e, 2)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if err := e.Resize(t.Context(), 2); !errors.Is(err, ErrClosed) {
			t.Errorf("%v", err)
		}
	}
}

// A worker that is to leave and is killed, or stopped and killed, is gone all the same.
func TestResizeOfDyingWorkers(t *testing.T) {
	e := start(t, Config{Workers: 4})
	pids := e.WorkerPIDs()
	if err := errors.Join(stopProcess(pids[3]), killProcess(pids[1])); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- e.Resize(deadline(t, patience), 1) }()
	for e.Workers() != 1 {
		time.Sleep(time.Millisecond)
	}
	if err := killProcess(pids[3]); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	resize(t, e, 3)
	if got := must[int](t)(squareFunc.Submit(t.Context(), e, 5)); got != 25 {
		t.Errorf("%d", got)
	}
}

// More workers than there are bits in a word, and as many as anybody asks for.
func TestTwoHundredWorkers(t *testing.T) {
	many := 66
	if os.Getenv("SHMENGINE_STRESS") != "" {
		many = 200
	}
	e := start(t, Config{Workers: 1})
	resize(t, e, many)
	data := randoms(300 * LeafRows)
	if got, err := sumKernel.Run(t.Context(), e, share(t, e, data)); err != nil || got != reference(data) {
		t.Errorf("sum %v, %v", got, err)
	}
	n := 0
	for r, err := range squareFunc.Map(t.Context(), e, upTo(2000, nil), MapOptions{Chunk: 1}) {
		if r != n*n || err != nil {
			t.Fatalf("%d: %d, %v", n, r, err)
		}
		n++
	}
	resize(t, e, 1)
}
