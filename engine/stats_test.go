package engine

import (
	"encoding/json"
	"expvar"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/shmarena"
)

// mapped is the result of a map that must not fail.
func mapped(t *testing.T) func(shmarena.Array[float64], error) shmarena.Array[float64] {
	return func(y shmarena.Array[float64], err error) shmarena.Array[float64] {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
}

// What workers count of jobs and tasks adds up, in both modes, also after Close and
// after some of them died.
func TestStatsAddUp(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		e := start(t, cfg)
		const n = 9*LeafRows + 5
		x := share(t, e, randoms(n))
		for range 2 {
			y := mapped(t)(scaleKernel.Run(t.Context(), e, x, 2))
			if err := y.Free(); err != nil {
				t.Fatal(err)
			}
		}
		if e.Stats().Failures != 0 {
			t.Errorf("%s: %+v", name(cfg), e.Stats())
		}
		if err := troubleKernel.Run(t.Context(), e, x.Len(), trouble{InOf(x), makePanic, 3}); err == nil {
			t.Fatal("no trouble")
		}
		before := e.Stats()
		if before.Jobs != 3 || before.Failures != 1 || before.Rows < 2*n || before.Bytes < 2*n*16 || before.Partitions < 20 {
			t.Errorf("%s: %+v", name(cfg), before)
		}
		for i := range 5 {
			must[int](t)(squareFunc.Submit(t.Context(), e, i))
		}
		if f, err := doFunc.Submit(t.Context(), e, returnUnknown); err != nil {
			t.Fatal(err)
		} else if _, err := f.Result(t.Context()); err == nil {
			t.Fatal("no error")
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		s := e.Stats()
		if got := s.Tasks - before.Tasks; got != 6 || s.Failures != 2 || s.Partitions != before.Partitions || s.Bytes < before.Bytes+5*16 {
			t.Errorf("%s: %d tasks, %+v", name(cfg), got, s)
		}
	}
}

// Rows and bytes are those of the columns: 8 bytes in and 8 out.
func TestRowsAndBytesAreExact(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 3, Mode: Goroutines}} {
		e := start(t, cfg)
		const n = 20*LeafRows + 77
		y := mapped(t)(scaleKernel.Run(t.Context(), e, share(t, e, make([]float64, n)), 2))
		if err := y.Free(); err != nil {
			t.Fatal(err)
		}
		_ = e.Close() // the last worker may not have counted yet when Run returned
		if s := e.Stats(); s.Rows != n || s.Bytes != 16*n || s.Partitions != 21 {
			t.Errorf("%s: %d rows of %d, %d bytes, %d partitions", name(cfg), s.Rows, n, s.Bytes, s.Partitions)
		}
	}
}

// A worker's death is in the counts of the one that goes on with its work.
func TestSnapshotAfterDeath(t *testing.T) {
	killAt(t, "output", 2)
	e := start(t, Config{Workers: 2})
	x := share(t, e, randoms(20*LeafRows))
	if _, err := sumKernel.Run(deadline(t, patience), e, x); err != nil {
		t.Fatal(err)
	}
	s := e.Snapshot(false)
	var again uint64
	for _, w := range s.Workers {
		again += w.Retries
	}
	if s.Deaths != 2 || again != 2 || s.Retries != 2 {
		t.Errorf("%d retries of workers, %+v", again, s.Stats)
	}
}

// A worker that has nothing to do is resting, and how long it waited is counted when it
// is woken; one that is in a kernel is running.
func TestSnapshotStates(t *testing.T) {
	e := start(t, Config{Workers: 1})
	worker := func() WorkerStats { return e.Snapshot(true).Workers[0] }
	until := func(want WorkerState) WorkerStats {
		t.Helper()
		for limit := time.Now().Add(patience); ; {
			if w := worker(); w.State == want {
				return w
			} else if time.Now().After(limit) {
				t.Fatalf("it is %s, want %s", w.State, want)
			}
		}
	}
	w := until(WorkerResting)
	if runtime.GOOS == "linux" && (w.Usage.PID != e.WorkerPIDs()[0] || w.Usage.RSS == 0 || w.Usage.PSS == 0 || w.Usage.CPU == 0) {
		t.Errorf("%+v", w.Usage)
	}
	const nap = 20 * time.Millisecond
	time.Sleep(nap) // the worker waits at least as long
	g := newGate(t)
	busy := occupy(t, e, g)
	w2 := until(WorkerRunning)
	g.open(t)
	for _, f := range busy {
		must[string](t)(f, nil)
	}
	if w2.Waits == w.Waits || w2.Parks == w.Parks || w2.Parked-w.Parked < nap-spin.Window || w2.Spun == w.Spun {
		t.Errorf("after a wait of %v: before %+v, after %+v", nap, w, w2)
	}
	if err := killProcess(w.Usage.PID); err != nil {
		t.Fatal(err)
	}
	for e.Stats().Restarts == 0 {
		time.Sleep(time.Millisecond)
	}
	if w3 := until(WorkerResting); w3.Usage.PID == w.Usage.PID || w3.Tasks < w2.Tasks {
		t.Errorf("before its death %+v, after %+v", w2, w3)
	}
}

func TestVar(t *testing.T) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		e := start(t, cfg)
		must[int](t)(squareFunc.Submit(t.Context(), e, 3))
		var v expvar.Var = e.Var()
		for range 2 {
			var got struct {
				Tasks       uint64
				Coordinator struct{ PID int }
				Workers     []struct{ State string }
			}
			if err := json.Unmarshal([]byte(v.String()), &got); err != nil {
				t.Fatal(err)
			}
			if got.Tasks > 1 || runtime.GOOS == "linux" && got.Coordinator.PID != os.Getpid() {
				t.Errorf("%s: %s", name(cfg), v)
			}
			if err := e.Close(); err != nil { // it may outlive the engine
				t.Fatal(err)
			}
		}
	}
}

func TestStatsText(t *testing.T) {
	text := fmt.Sprint(Stats{Jobs: 1, Partitions: 2, Tasks: 3, Rows: 4, Bytes: 5, Failures: 6, Retries: 7, Deaths: 8, Restarts: 9})
	if want := "1 jobs, 2 partitions, 3 tasks, 4 rows, 5 bytes, 6 failures, 7 retries, 8 deaths, 9 restarts"; !strings.HasPrefix(text, want) {
		t.Errorf("%q, want %q", text, want)
	}
}

// BenchmarkCountPartition is what the counts add to a partition: three of the adds.
func BenchmarkCountPartition(b *testing.B) {
	var s workerSlot
	spec := sumKernel.columns.spec
	for b.Loop() {
		s.done(spec, LeafRows)
	}
}

// BenchmarkCountTask is what they add to a task.
func BenchmarkCountTask(b *testing.B) {
	var s workerSlot
	for b.Loop() {
		s.ran(1, 32, 0)
	}
}

// BenchmarkCountWait is what they add to a wait, besides the wait.
func BenchmarkCountWait(b *testing.B) {
	var s workerSlot
	for b.Loop() {
		s.rose(s.rest())
	}
}

// BenchmarkSnapshot is a look at an engine of two workers.
func BenchmarkSnapshot(b *testing.B) {
	for _, pss := range []bool{false, true} {
		b.Run(fmt.Sprintf("pss=%v", pss), func(b *testing.B) {
			e := start(b, Config{Workers: 2})
			for b.Loop() {
				e.Snapshot(pss)
			}
		})
	}
}
