package ring

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/twin"
)

// quick is a run of all cases that takes seconds.
var quick = Options{Reps: 1, Seconds: 1}

// needAll skips where not all systems can be measured, and says which.
func needAll(t *testing.T) {
	t.Helper()
	if _, err := twin.Compiler(); err != nil {
		t.Skip(err)
	}
	if runtime.NumCPU() < 2 {
		t.Skip("two processes of a ring take two CPUs")
	}
}

func TestRun(t *testing.T) {
	needAll(t)
	var metas []Meta
	var figures []report.Measurement
	last, total := 0, 0
	o := quick
	o.Begin = func(m Meta) { metas = append(metas, m) }
	o.Measured = func(m report.Measurement) {
		if len(metas) != 1 {
			t.Error("a figure before the meta")
		}
		figures = append(figures, m)
	}
	o.Progress = func(n, of int) { last, total = n, of }
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	checkFigures(t, r, figures)
	checkText(t, r)
}

// checkFigures looks for each metric of each system, and for nothing else.
func checkFigures(t *testing.T, r *Report, figures []report.Measurement) {
	t.Helper()
	got := map[string]report.Measurement{}
	for _, m := range figures {
		counted := m.Metric == switches || m.Metric == syscalls
		if m.Metric == worst && (m.Lo != nil || m.Ratio != nil) {
			t.Errorf("the longest time of all rounds has an interval, or a ratio: %+v", m)
		}
		if _, err := json.Marshal(m); err != nil || m.Suite != "ring" || m.N != 1 || m.Unit == "" || m.Baseline == "" || !counted && m.Value <= 0 || m.Value < 0 {
			t.Errorf("%+v: %v", m, err)
		}
		got[m.Case+" "+m.System+" "+m.Metric] = m
	}
	want := 0
	for _, c := range contests {
		for _, system := range c.systems {
			for _, metric := range c.metrics() {
				want++
				m, ok := got[c.name+" "+system+" "+metric]
				unpaired := metric == switches || metric == worst || metric == rateShare
				if !ok || !unpaired && m.Ratio == nil || system == c.baseline() && m.Ratio != nil && *m.Ratio != 1 {
					t.Errorf("%s: %s: %s: %+v", c.name, system, metric, m)
				}
			}
			if r.Calls != "" {
				want++
			}
			checkOrder(t, c, func(metric string) report.Measurement { return got[c.name+" "+system+" "+metric] })
		}
	}
	if len(figures) != want {
		t.Errorf("%d figures, want %d", len(figures), want)
	}
	// A pipe makes a call to write and one to read, but for what is around so short a window.
	if m := got["caughtup/64B pipe "+syscalls]; r.Calls != "" && m.Value < 1 {
		t.Errorf("a pipe makes %v calls a message", m.Value)
	}
}

// checkOrder looks whether more of the times are below a higher percentile.
func checkOrder(t *testing.T, c contest, figure func(metric string) report.Measurement) {
	t.Helper()
	last := 0.0
	for _, metric := range []string{p50, p99, p999, worst} {
		if !slices.Contains(c.metrics(), metric) {
			continue
		}
		m := figure(metric)
		if m.Value < last {
			t.Errorf("%s: %s: %s is %v, below a lower percentile, %v", c.name, m.System, metric, m.Value, last)
		}
		last = m.Value
	}
}

// checkText looks for a row or a reason for each system in each case.
func checkText(t *testing.T, r *Report) {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range append(Cases(), append(Systems(), "x c-index", "x c-batch32", "x c-inplace", "x unix", "pinned: to CPUs", "C: ", "-O3", "GOMAXPROCS")...) {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	for _, c := range r.Cases {
		why := r.Meta.Settings.Absent[c.Name]
		for _, system := range systems {
			_, ok := c.Figure(system, msgsPerS)
			if ok == (why[system] != "") {
				t.Errorf("%s: %s: a figure: %v; left out because: %q", c.Name, system, ok, why[system])
			}
		}
	}
}

// Sums that differ are an error, and no figure, of whoever's system.
func TestCorruptionIsNoticed(t *testing.T) {
	needAll(t)
	for _, o := range []Options{
		{Case: "roundtrip", Corrupt: SPSC}, {Case: "backlog", Corrupt: CSlot}, {Case: "broadcast", Corrupt: Channel}, {Case: "mpmc/2x2", Corrupt: MPMC},
		{Case: "openloop/64B/100k", Corrupt: SPSC},
	} {
		o.Systems, o.Reps, o.Seconds = []string{o.Corrupt}, 1, 1
		o.Measured = func(m report.Measurement) { t.Errorf("a figure: %+v", m) }
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), o.Corrupt) {
			t.Errorf("%s: %v", o.Corrupt, err)
		}
	}
}

// Without a compiler the twins are left out, each case says so, and another baseline is taken.
func TestWithoutCompiler(t *testing.T) {
	t.Setenv("CC", "/nonexistent/cc")
	o := quick
	o.Case = "caughtup"
	o.Systems = []string{SPSC, Pipe, CIndex}
	r, err := Run(t.Context(), o)
	if runtime.NumCPU() < 2 {
		if !errors.Is(err, report.ErrMachine) {
			t.Error(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if why := r.Meta.Settings.Absent["caughtup/64B"][CIndex]; !strings.Contains(why, "no C compiler") || r.Cases[0].Baseline != Pipe {
		t.Errorf("left out because %q; beside %s", why, r.Cases[0].Baseline)
	}
	o.Systems = []string{CIndex}
	if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrMachine) {
		t.Errorf("only the twin: %v", err)
	}
}

// Of a process with one CPU nothing but what one CPU is for can be measured.
func TestOneCPU(t *testing.T) {
	s := &stage{cpus: []int{0}, crews: map[string]*crew{crewPairs: {}, crewTwins: {}, crewChannels: {}}}
	for _, c := range contests {
		got := s.present(c).systems
		if want := slices.Contains(c.systems, PipeWarm); (len(got) == 1 && got[0] == PipeWarm) != want || !want && len(got) > 0 {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestCancelledRunEnds(t *testing.T) {
	for _, at := range []int{1, 7} {
		ctx, cancel := context.WithCancel(t.Context())
		o := Options{Case: "roundtrip/64B", Systems: []string{SPSC, PipeWarm}, Reps: 100}
		o.Progress = func(done, _ int) {
			if done == at {
				cancel()
			}
		}
		if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, quick); !errors.Is(err, context.Canceled) {
		t.Errorf("Run with a context that is over: %v", err)
	}
}
