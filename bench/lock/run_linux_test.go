package lock

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/twin"
)

// quick is a run of all cases that takes seconds.
var quick = Options{Reps: 2, Seconds: 2}

func needTwin(t *testing.T) {
	t.Helper()
	if _, err := twin.Compiler(); err != nil {
		t.Skip(err)
	}
}

func needTwoCPUs(t *testing.T) {
	t.Helper()
	if runtime.NumCPU() < 2 {
		t.Skip("the case takes two CPUs")
	}
}

func TestRun(t *testing.T) {
	needTwin(t)
	needTwoCPUs(t)
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
	if len(r.Notes) > 0 {
		t.Errorf("notes: %v", r.Notes)
	}
	if last < total || total == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	checkFigures(t, figures)
	checkText(t, r)
}

// checkFigures looks for each metric of each system.
func checkFigures(t *testing.T, figures []report.Measurement) {
	t.Helper()
	got := map[string]report.Measurement{}
	for _, m := range figures {
		if _, err := json.Marshal(m); err != nil || m.Suite != "lock" || m.N < 1 || m.Unit == "" {
			t.Errorf("%+v: %v", m, err)
		}
		got[m.Case+" "+m.System+" "+m.Metric] = m
	}
	for _, c := range contests {
		for _, system := range c.systems {
			for _, metric := range c.metrics {
				m, ok := got[c.name+" "+system+" "+metric]
				if !ok && metric != syscalls {
					t.Errorf("%s: no %s of %s", c.name, metric, system)
				}
				delete(got, c.name+" "+system+" "+metric)
				checkFigure(t, c, m)
			}
		}
	}
	for name := range maps.Keys(got) {
		t.Errorf("a figure of nothing: %s", name)
	}
}

func checkFigure(t *testing.T, c contest, m report.Measurement) {
	t.Helper()
	switch m.Metric {
	case minShare:
		if m.Value < 0 || m.Value > 1 {
			t.Errorf("%s: %s: a share of %v", c.name, m.System, m.Value)
		}
	case syscalls:
		want := map[string]float64{OFD: 2}[m.System] // of all others none
		if math.Abs(m.Value-want) > 0.05 {           // short runs: what is around them shows
			t.Errorf("%s: %s: %v system calls a pair, want %v", c.name, m.System, m.Value, want)
		}
	case "":
	default:
		if m.Value <= 0 {
			t.Errorf("%+v", m)
		}
	}
	if m.Metric == c.metrics[0] && m.System == m.Baseline && (m.Ratio == nil || *m.Ratio != 1) {
		t.Errorf("%s: the baseline beside itself: %v", c.name, m.Ratio)
	}
}

func checkText(t *testing.T, r *Report) {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range append(Cases(), append(Systems(), "x pthread-robust", "x sync", "think time: 100 ns", "pinned: to CPUs", "up to 50 µs", "glibc", "GOMAXPROCS")...) {
		if want == "glibc" && !strings.Contains(r.Meta.Settings.Twin, want) {
			continue
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	for _, c := range r.Cases {
		for _, system := range c.Order(c.Metrics()[0], style.More(c.Metrics()[0])) {
			last := 0.0
			for _, metric := range []string{p50, p99, p999, maxNs} {
				if m, ok := c.Figure(system, metric); ok {
					if m.Value < last {
						t.Errorf("%s: %s: %s is %v after %v", c.Name, system, metric, m.Value, last)
					}
					last = m.Value
				}
			}
		}
	}
}

// A falsified count of any system is noticed, and there is no figure of its case.
func TestCorruptIsNoticed(t *testing.T) {
	needTwin(t)
	for _, system := range Systems() {
		o := Options{Case: "mutex/uncontended", Reps: 1, Seconds: 1, Corrupt: system}
		o.Measured = func(m report.Measurement) { t.Errorf("%s: a figure in spite of a wrong count: %+v", system, m) }
		_, err := Run(t.Context(), o)
		if !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), system+":") {
			t.Errorf("%s: %v, want ErrWrong", system, err)
		}
	}
}

// broken compiles a twin whose source was changed.
func broken(t *testing.T, pattern string, change ...string) error {
	t.Helper()
	needTwin(t)
	needTwoCPUs(t)
	whole := twinSource
	defer func() { twinSource = whole }()
	for i := 0; i < len(change); i += 2 {
		if !strings.Contains(twinSource, change[i]) {
			t.Fatalf("no %q in the twin", change[i])
		}
		twinSource = strings.ReplaceAll(twinSource, change[i], change[i+1])
	}
	_, err := Run(t.Context(), Options{Case: pattern, Reps: 3, Seconds: 10})
	return err
}

// Locks that do not do what they are for have no figures.
func TestBrokenLocksAreNoticed(t *testing.T) {
	for _, tc := range []struct {
		what, pattern string
		change        []string
	}{
		{"an update that is lost", "mutex/contended", []string{"uint64_t seen = ++c->count;", "uint64_t seen = c->count + 1; if (n % 64) c->count = seen;"}}, // without a lock it takes two CPUs at once to lose one
		{"a pair that is left out", "mutex/uncontended", []string{"n = j->ops; n > 0", "n = j->ops - 1; n > 0"}},
		{"a wait that is not recorded", "mutex/oversubscribed", []string{"record(s, took);", "if (took % 64) record(s, took);"}},
		{"readers among writers", "rwmutex/read", []string{"c->count += n;", "c->count = n;"}},
		{"a barrier of one", "barrier/2", []string{"pthread_barrier_init(&c->barrier, &a, parties)", "pthread_barrier_init(&c->barrier, &a, 1)"}},
	} {
		if err := broken(t, tc.pattern, tc.change...); !errors.Is(err, report.ErrWrong) {
			t.Errorf("%s: %v, want ErrWrong", tc.what, err)
		}
	}
}

// A death that nobody is told of is an error.
func TestUnnoticedDeathIsAnError(t *testing.T) {
	err := broken(t, "mutex/ownerdeath", "if (!ofd && rc == EOWNERDEAD)", "if (rc == EOWNERDEAD) rc = 0;\n\tif (!ofd && rc == EOWNERDEAD)")
	if err == nil || !strings.Contains(err.Error(), Robust) {
		t.Errorf("%v, want an error of %s", err, Robust)
	}
}

func TestNoCompiler(t *testing.T) {
	for _, cc := range []string{"/nonexistent/cc", "false"} {
		t.Setenv("CC", cc)
		r, err := Run(t.Context(), Options{Case: "mutex/uncontended", Reps: 1, Seconds: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "left out") || !strings.Contains(r.Notes[0], cc) {
			t.Errorf("CC=%s: notes %q", cc, r.Notes)
		}
		if c := r.Cases[0]; c.Baseline != Sync || !slices.Equal(sorted(c.Order(nsPerOp, false)), []string{Futex, Sync}) {
			t.Errorf("CC=%s: baseline %s of %v", cc, c.Baseline, c.Order(nsPerOp, false))
		}
	}
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func TestCancelledRunEnds(t *testing.T) {
	for _, at := range []int{1, 7} {
		ctx, cancel := context.WithCancel(t.Context())
		o := Options{Case: "mutex/[uc]*", Reps: 100}
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
