package engine

import (
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/procstat"
	"github.com/shmengine/shmengine/internal/race"
)

// cpuOf is the CPU time of some processes, to the nanosecond.
func cpuOf(t testing.TB, pids ...int) (sum time.Duration) {
	t.Helper()
	for _, pid := range pids {
		u, err := procstat.Of(pid, false)
		if err != nil {
			t.Fatal(err)
		}
		sum += u.CPU
	}
	return sum
}

// An engine that has nothing to do costs nothing: a second after its last job all its
// processes together, this one among them, take less than 0.2 % of a CPU. Time that a
// loaded machine takes from them is not CPU time of theirs.
func TestIdleEngine(t *testing.T) {
	e := start(t, Config{Workers: 2})
	x := share(t, e, randoms(20*LeafRows))
	if _, err := sumKernel.Run(t.Context(), e, x); err != nil {
		t.Fatal(err)
	}
	must[int](t)(squareFunc.Submit(t.Context(), e, 3))
	time.Sleep(time.Second) // what the test is about: idle after a second
	const span = time.Second
	begin, before := time.Now(), cpuOf(t, append(e.WorkerPIDs(), os.Getpid())...)
	time.Sleep(span)
	used, took := cpuOf(t, os.Getpid()), time.Since(begin) // this process first: the look at the others is none of theirs
	used += cpuOf(t, e.WorkerPIDs()...) - before
	share := float64(used) / float64(took)
	t.Logf("an idle engine of %d workers: %v of CPU time in %v, %.3f %% of a CPU in all its processes", e.Workers(), used, took, 100*share)
	most := 0.002
	if race.Enabled { // a few looks of the timer cost several times as much
		most = 0.01
	}
	if share > most {
		t.Errorf("%.3f %% of a CPU, want %.1f %% at most", 100*share, 100*most)
	}
	for _, w := range e.Snapshot(false).Workers {
		if w.State != WorkerResting {
			t.Errorf("worker %d is %s", w.Worker, w.State)
		}
	}
}

// A worker runs Go code on one CPU at a time.
func TestWorkersHaveOneP(t *testing.T) {
	e := start(t, Config{Workers: 2})
	for range 4 {
		if n := must[int](t)(procsFunc.Submit(t.Context(), e, struct{}{})); n != 1 {
			t.Errorf("GOMAXPROCS is %d in a worker", n)
		}
	}
}

// The task loop of a worker leaves no garbage, counts and waits included: of a worker
// that runs many jobs neither heap nor collections grow.
func TestTaskLoopLeavesNoGarbage(t *testing.T) {
	e := start(t, Config{Workers: 1})
	x := share(t, e, randoms(LeafRows))
	jobs := func(n int) {
		for range n {
			if _, err := sumKernel.Run(t.Context(), e, x); err != nil {
				t.Fatal(err)
			}
		}
	}
	heap := func() int { return must[int](t)(mallocsFunc.Submit(t.Context(), e, struct{}{})) }
	jobs(50)
	before := heap()
	jobs(2000)
	// A park of the ring and the look at the heap allocate a few times, a job does not.
	if n := heap() - before; n > 200 {
		t.Errorf("2,000 jobs made %d allocations in their worker", n)
	} else {
		t.Logf("2,000 jobs made %d allocations in their worker", n)
	}
}
