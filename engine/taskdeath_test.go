package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// taskPoints are the places where a worker may die with a task; "task/room" is reached
// when a result does not fit.
var taskPoints = []string{
	"task/next", "task/claimed", "task/read", "task/begun", "task/output", "task/room", "task/write", "task/done",
}

// Whatever the place, an idempotent task ends well, alone or in a chunk, with an
// argument and a result of 1 MiB.
func TestTaskDeathInEachPoint(t *testing.T) {
	for _, point := range taskPoints {
		t.Run(filepath.Base(point), func(t *testing.T) {
			killAt(t, point, 4)
			e := start(t, Config{Workers: 2, Retries: 4})
			before := e.Arena().Stats().InUse
			ctx := deadline(t, patience)
			for e.Stats().Deaths < 4 {
				fs := []*Future[int]{submit(t, e, squareFunc, 3), submit(t, e, lengthFunc, make([]byte, 1<<20))}
				large := submit(t, e, repeatFunc, 1<<20)
				if _, err := large.Result(ctx); err != nil {
					t.Fatal(err)
				}
				must[string](t)(repeatFunc.Submit(ctx, e, 10)) // the next large one is a surprise again
				for i, want := range []int{9, 1 << 20} {
					if got, err := fs[i].Result(ctx); got != want || err != nil {
						t.Fatalf("task %d: %d, %v", i, got, err)
					}
				}
			}
			n := 0
			for r, err := range squareFunc.Map(ctx, e, upTo(500, nil), MapOptions{Chunk: 50}) {
				if r != n*n || err != nil {
					t.Fatalf("%d of the map: %d, %v", n, r, err)
				}
				n++
			}
			if err := e.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			if after := e.Arena().Stats().InUse; n != 500 || after != before {
				t.Errorf("%d results; %d bytes in the arena, %d before", n, after, before)
			}
		})
	}
}

// A task that may run once only is run once: before it begins it is given to another
// worker, after that its outcome is the death.
func TestTaskRunsOnce(t *testing.T) {
	for point, begun := range map[string]bool{
		"task/next": false, "task/claimed": false, "task/read": false,
		"task/begun": true, "task/output": true, "task/write": true, "task/done": false,
	} {
		killAt(t, point, 1)
		e := start(t, Config{Workers: 2})
		note := filepath.Join(t.TempDir(), "note")
		_, err := submit(t, e, noteFunc, note).Result(deadline(t, patience))
		var we *WorkerError
		if begun != (err != nil) || begun && (!errors.As(err, &we) || !we.Dirty || we.ExitCode != -9) {
			t.Errorf("%s: %v", point, err)
		}
		runs, _ := os.ReadFile(note)
		if len(runs) > 1 || !begun && len(runs) != 1 {
			t.Errorf("%s: run %d times", point, len(runs))
		}
		if e.Stats().Retries > 0 == begun && point != "task/next" && point != "task/done" {
			t.Errorf("%s: %d retries", point, e.Stats().Retries)
		}
	}
}

// Of a chunk with a task that kills its workers all others are done, once each.
func TestPoisonInAChunk(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 1})
	what := make([]int, 40)
	what[7], what[8], what[39] = killSelf, callExit, killSelf
	for _, f := range []*Func[int, int]{doFunc, doAgain} {
		i := 0
		for _, err := range f.Map(deadline(t, patience), e, sliceSeq(what), MapOptions{Chunk: 20}) {
			var we *WorkerError
			if bad := what[i] != doNothing; bad != errors.As(err, &we) || bad != (err != nil) {
				t.Errorf("task %d: %v", i, err)
			}
			if err != nil && errors.Is(err, ErrPoisoned) != (f == doAgain) {
				t.Errorf("task %d: %v", i, err)
			}
			i++
		}
		if i != len(what) {
			t.Errorf("%d outcomes", i)
		}
	}
	if d := e.Stats().Deaths; d != 3+2*3 {
		t.Errorf("%d deaths, want 9", d)
	}
}

func sliceSeq[T any](s []T) func(func(T) bool) {
	return func(yield func(T) bool) {
		for _, v := range s {
			if !yield(v) {
				return
			}
		}
	}
}

// spendFunc computes for some microseconds: kills hit it.
var spendFunc = NewFunc("test/spend", func(_ context.Context, x int) (int, error) {
	for begin := time.Now(); time.Since(begin) < 100*time.Microsecond; {
	}
	return x + 1, nil
}, Idempotent)

// Workers are killed in the middle of tasks, at random: each task has one outcome.
func TestRandomKillsOfTasks(t *testing.T) {
	kills, tasks := 30, 3000
	if os.Getenv("SHMENGINE_STRESS") != "" {
		kills, tasks = 200, 10_000
	}
	e := start(t, Config{Workers: 3, Retries: 1000})
	ctx, stop := context.WithCancel(deadline(t, 5*time.Minute))
	defer stop()
	deaths := func() int { return int(e.Stats().Deaths) }
	var killer sync.WaitGroup
	killer.Go(func() {
		for n := deaths(); n < kills && ctx.Err() == nil; time.Sleep(time.Millisecond) {
			if pids := e.Running(); len(pids) == 0 || killProcess(pids[n%len(pids)]) != nil {
				continue
			}
			for deaths() == n && ctx.Err() == nil { // a second signal to the same one is no second kill
				time.Sleep(100 * time.Microsecond)
			}
			n = deaths()
		}
	})
	for deaths() < kills {
		n := 0
		for r, err := range spendFunc.Map(ctx, e, upTo(tasks, nil), MapOptions{}) {
			if r != n+1 || err != nil {
				t.Fatalf("outcome %d is %d, %v", n, r, err)
			}
			n++
		}
		if n != tasks {
			t.Fatalf("%d outcomes of %d tasks", n, tasks)
		}
	}
	stop()
	killer.Wait()
	t.Logf("%+v", e.Stats())
	if e.Stats().Retries == 0 {
		t.Errorf("no task was hit: %+v", e.Stats())
	}
}

// Workers that kill each other, all at once: the tasks end, and the pool works on.
func TestWorkersKillEachOther(t *testing.T) {
	for _, n := range []int{1, 2, 5, 13} {
		e := start(t, Config{Workers: n})
		var fs []*Future[int]
		for range 2 * n {
			fs = append(fs, submit(t, e, doFunc, killSelf))
		}
		ended, _, err := Wait(deadline(t, patience), WaitAll, fs...)
		if len(ended) != 2*n || err != nil {
			t.Fatalf("%d workers: %d of %d ended, %v", n, len(ended), 2*n, err)
		}
		if got := must[int](t)(squareFunc.Submit(t.Context(), e, 5)); got != 25 {
			t.Errorf("%d workers: %d", n, got)
		}
	}
}

// A worker that is stopped with a task in its hands does not keep it from others.
func TestStoppedIdleWorker(t *testing.T) {
	e := start(t, Config{Workers: 2})
	must[int](t)(squareFunc.Submit(t.Context(), e, 5)) // both have started
	time.Sleep(5 * time.Millisecond)
	stopped := e.WorkerPIDs()[0]
	stopAll(t, stopped)
	defer func() { _ = continueProcess(stopped) }()
	for x := range 5 {
		if got := must[int](t)(squareFunc.Submit(t.Context(), e, x)); got != x*x {
			t.Errorf("%d", got)
		}
	}
}

type onceArgs struct {
	Path string
	X    int
}

// dieOnceFunc kills its worker at every twentieth argument, the first time.
var dieOnceFunc = NewFunc("test/dieonce", func(_ context.Context, a onceArgs) (int, error) {
	if a.X%20 == 13 && first(filepath.Join(a.Path, strconv.Itoa(a.X)+"-"), 1) {
		dieNow()
	}
	return a.X, nil
}, Idempotent)

// A chunk whose worker dies in the middle goes on there, with the right arguments.
func TestChunkGoesOnWhereItsWorkerDied(t *testing.T) {
	e, dir, n := start(t, Config{Workers: 2}), t.TempDir(), 0
	args := func(yield func(onceArgs) bool) {
		for x := range 100 {
			if !yield(onceArgs{dir, x}) {
				return
			}
		}
	}
	for r, err := range dieOnceFunc.Map(deadline(t, patience), e, args, MapOptions{Chunk: 50}) {
		if r != n || err != nil {
			t.Fatalf("outcome %d is %d, %v", n, r, err)
		}
		n++
	}
	if d := e.Stats().Deaths; n != 100 || d != 5 {
		t.Errorf("%d outcomes, %d deaths, want 100 and 5", n, d)
	}
}
