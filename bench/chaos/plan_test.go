package chaos

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine"
)

// A seed makes a plan, another one another; shares are kept, and attempts run out of faults.
func TestPlan(t *testing.T) {
	p, again, other := newPlan(1, 0.05, 0.02, 0.02), newPlan(1, 0.05, 0.02, 0.02), newPlan(2, 0.05, 0.02, 0.02)
	counts, differ := [faultKinds]int{}, 0
	const jobs, pieces = 400, 100
	for job := range uint64(jobs) {
		for piece := range uint64(pieces) {
			f := p.at(job, piece, 0, 0)
			if f != again.at(job, piece, 0, 0) {
				t.Fatal("one seed, two plans")
			}
			if f != other.at(job, piece, 0, 0) {
				differ++
			}
			if p.at(job, piece, mostAttempts, 0) != none || p.at(job, piece, 1, mostAttempts-1) != none || p.at(job, piece, 1, 0) == softFault {
				t.Fatal("a fault where none is to be")
			}
			counts[f]++
		}
	}
	if differ < jobs*pieces/20 {
		t.Errorf("two seeds, and %d faults differ", differ)
	}
	for f, want := range map[fault]float64{kill: 0.05, stop: 0.02, segv: 0.01, softFault: 0.01} {
		if got := float64(counts[f]) / (jobs * pieces); math.Abs(got-want) > want/5 {
			t.Errorf("%v in %v of attempts, not %v", f, got, want)
		}
	}
	if all := newPlan(1, 1, 0, 0); all.at(5, 6, 0, 0) != kill {
		t.Error("a share of 100 % leaves some out")
	}
}

// The reduction that is compared with merges as the engine is documented to.
func TestFoldAll(t *testing.T) {
	x := make([]uint64, 5*engine.LeafRows+7)
	for i := range x {
		x[i] = mix(uint64(i))
	}
	leaf := func(i int) folded { return foldLeaf(x[i*engine.LeafRows:min((i+1)*engine.LeafRows, len(x))], 9) }
	want := fold(fold(fold(leaf(0), leaf(1)), fold(leaf(2), leaf(3))), fold(leaf(4), leaf(5)))
	if got := foldAll(x, 9); got != want || got.Rows != int64(len(x)) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCause(t *testing.T) {
	for reason, want := range map[string]fault{
		"signal 9, killed": kill, "signal 9, killed, killed after 500ms in one partition": stop,
		"signal 9, killed, killed since its job was cancelled": stop, "signal 11, segmentation fault": segv, "exit code 2": none,
	} {
		if got := cause(reason); got != want {
			t.Errorf("%q: %v, want %v", reason, got, want)
		}
	}
}

// Only what the plan has may end a job.
func TestJudge(t *testing.T) {
	r := &run{plan: newPlan(1, 0, 0, 0.5)}
	find := func(want fault) (job uint64) {
		for r.plan.at(job, 3, 0, 0) != want {
			job++
		}
		return job
	}
	panicked := func(part int) error { return &engine.TaskError{Partition: part, Panic: true} }
	died := &engine.WorkerError{Partition: 3, Dirty: true, Kernel: "x/noretry", Reason: "signal 11, segmentation fault"}
	clean := *died
	clean.Dirty = false
	retried := *died
	retried.Kernel = "x/inout"
	quiet := &run{}
	for name, c := range map[string]struct {
		r    *run
		job  uint64
		err  error
		good bool
	}{
		"a panic that is planned":     {r, find(softFault), panicked(3), true},
		"one that is not":             {r, find(none), panicked(3), false},
		"an error in its place":       {r, find(softFault), &engine.TaskError{Partition: 3}, false},
		"a death that is planned":     {r, find(segv), died, true},
		"a death that is not":         {quiet, 0, died, false},
		"of rows that are not dirty":  {r, find(segv), &clean, false},
		"of a kernel that is retried": {r, find(segv), &retried, false},
		"something else":              {r, 0, errors.New("something else"), false},
	} {
		if v := c.r.judge(c.job, 0, c.err); (v == "") != c.good {
			t.Errorf("%s: %q", name, v)
		}
	}
}

func TestMissed(t *testing.T) {
	r := &Report{Injected: []uint64{3, 1, 2, 5}, Hit: []uint64{3, 1, 2, 1}, Deaths: 6}
	if r.missed() != "" {
		t.Error(r.missed())
	}
	few := *r
	few.Deaths = 5
	other := *r
	other.Hit = []uint64{4, 1, 1, 1}
	if !strings.Contains(few.missed(), "5 of 6 deaths") || !strings.Contains(other.missed(), "SIGSEGV") {
		t.Errorf("%q, %q", few.missed(), other.missed())
	}
}

func TestOptions(t *testing.T) {
	good := Options{Workers: 2, Kill: 0.5, Stop: 0.5}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, o := range []Options{
		{}, {Workers: 300}, {Workers: 2, Kill: -0.1}, {Workers: 2, Segv: math.NaN()}, {Workers: 2, Kill: 0.6, Stop: 0.6},
		{Workers: 2, Duration: -time.Second}, {Workers: 2, Strikes: -1}, {Workers: 2, Jobs: mostJobs + 1},
	} {
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for i, k := range kinds {
		if len(kinds) != noMemory || k.name != kindNames[i] {
			t.Errorf("kind %d is called %s and %s", i, k.name, kindNames[i])
		}
	}
}

// Of a task a result that is not right is found, and an error that is not to be.
func TestJudgeTask(t *testing.T) {
	r := &run{plan: newPlan(1, 0.5, 0, 0)}
	right := answer(taskArgs{Job: 1, Task: 2, Text: r.text(1, 2)})
	other, cut := right, right
	other.Sum++
	cut.Text = cut.Text[1:]
	for name, c := range map[string]struct {
		got  taskResult
		err  error
		good bool
	}{
		"right":               {right, nil, true},
		"another sum":         {other, nil, false},
		"a text that is cut":  {cut, nil, false},
		"a dead worker":       {taskResult{}, &engine.WorkerError{}, false},
		"an error of its own": {taskResult{}, &engine.FuncError{}, false},
		"an unplanned panic":  {taskResult{}, &engine.FuncError{Panic: true}, false},
	} {
		if v, err := r.judgeTask(1, 2, c.got, c.err); err != nil || (v == "") != c.good {
			t.Errorf("%s: %q, %v", name, v, err)
		}
	}
}
