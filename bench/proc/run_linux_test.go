package proc

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

func needPython(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(errNoPython)
	}
}

// alone leaves Python out.
func alone(t *testing.T) { t.Setenv("PATH", t.TempDir()) }

func TestRun(t *testing.T) {
	needPython(t)
	var begun, last, total int
	seen := map[string]report.Measurement{}
	r, err := Run(t.Context(), Options{
		Reps: 1, Begin: func(Meta) { begun++ }, Progress: func(n, of int) { last, total = n, of },
		Measured: func(m report.Measurement) { seen[m.Case+" "+m.System+" "+m.Metric] = m },
	})
	if err != nil {
		t.Fatal(err)
	}
	if begun != 1 || last != total || total != len(contests)*2*len(Systems()) || len(r.Notes) > 0 || len(seen) != len(contests)*len(Systems())*2 {
		t.Errorf("begun %d, progress %d of %d, notes %v, %d figures", begun, last, total, r.Notes, len(seen))
	}
	for _, c := range contests {
		for _, name := range Systems() {
			p50, p99 := seen[c.name+" "+name+" p50_ns"], seen[c.name+" "+name+" p99_ns"]
			if p50.Value <= 0 || p99.Value < p50.Value || p50.N != c.samples || p50.Suite != Suite || p50.Baseline != PyFork || p50.Lo != nil {
				t.Errorf("%s: %s: %+v, %+v", c.name, name, p50, p99)
			}
			if name == PyFork && (p50.Ratio == nil || *p50.Ratio != 1) {
				t.Errorf("%s: the baseline beside itself: %v", c.name, p50.Ratio)
			}
		}
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range append([]string{"Python 3", "x py-fork", "GOMAXPROCS"}, append(Cases(), Systems()...)...) {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, &text)
		}
	}
}

func TestCorrupt(t *testing.T) {
	needPython(t)
	for _, name := range []string{Engine, EngineSelf, PyFork} {
		if _, err := Run(t.Context(), Options{Case: "standby/hot", Reps: 1, Corrupt: name}); !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without Python there is no baseline, without Go no small program, and it says so; with
// five rounds there is an interval.
func TestWithoutPython(t *testing.T) {
	alone(t)
	r, err := Run(t.Context(), Options{Case: "join", Reps: 6})
	if err != nil {
		t.Fatal(err)
	}
	m, ok := r.Cases[0].Figure(Engine, "p50_ns")
	if !ok || m.Ratio != nil || m.Baseline != "" || m.Lo == nil || *m.Lo > *m.Hi || len(r.Notes) != 2 || len(r.Cases[0].Figures) != 4 {
		t.Errorf("%+v, notes %v", m, r.Notes)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil || strings.Contains(text.String(), "x py") {
		t.Errorf("%v: %s", err, &text)
	}
}

func TestCancelled(t *testing.T) {
	needPython(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Reps: report.MaxReps, Measured: func(report.Measurement) { t.Error("a figure") }}
	o.Progress = func(n, _ int) {
		if n == 7 {
			cancel()
		}
	}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
