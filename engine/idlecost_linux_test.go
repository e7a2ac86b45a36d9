package engine

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/procstat"
	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
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

// idler is a process with an engine that has worked, and has nothing more to do.
var idler = reexec.Register("engine/idler", func(c *reexec.Child) {
	e, err := Start(context.Background(), Config{Workers: 2, ArenaSize: 64 << 20})
	if err != nil {
		c.Fatalf("start: %v", err)
	}
	x, err := shmarena.CopyIn(e.Arena(), randoms(20*LeafRows))
	if err != nil {
		c.Fatalf("copy in: %v", err)
	}
	if _, err := sumKernel.Run(context.Background(), e, x); err != nil {
		c.Fatalf("run: %v", err)
	}
	f, err := squareFunc.Submit(context.Background(), e, 3)
	if err == nil {
		_, err = f.Result(context.Background())
	}
	if err != nil {
		c.Fatalf("task: %v", err)
	}
	c.Say(fmt.Sprint(e.WorkerPIDs()))
	time.Sleep(time.Hour)
})

// An engine that has nothing to do comes to rest, on a quiet machine within a second of its
// last job, and costs nothing then: all its processes together take less than 0.2 % of a CPU.
// Time that a loaded machine takes from them is not CPU time of theirs.
func TestIdleEngine(t *testing.T) {
	p := reexec.Start(t, idler, reexec.Options{})
	pids := []int{p.PID()}
	for _, text := range strings.Fields(strings.Trim(p.Hear(), "[]")) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	most := 0.002
	if race.Enabled { // a few looks of the timer cost several times as much
		most = 0.01
	}
	if len(pids) != 3 {
		t.Errorf("%d processes", len(pids))
	}
	for left := 30; ; left-- { // seconds
		begin, before := time.Now(), cpuOf(t, pids...)
		time.Sleep(time.Second)
		used, took := cpuOf(t, pids...)-before, time.Since(begin)
		share := float64(used) / float64(took)
		t.Logf("an idle engine of 2 workers: %v of CPU time in %v, %.3f %% of a CPU in all its processes", used, took, 100*share)
		if share <= most {
			return
		}
		if left == 0 {
			t.Fatalf("%.3f %% of a CPU, want %.1f %% at most", 100*share, 100*most)
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
