package kernel

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/kernels"
)

// needAll skips where not all systems can be measured.
func needAll(t *testing.T) {
	t.Helper()
	if _, err := twin.Compiler(); err != nil {
		t.Skip(err)
	}
	if kernels.Level() != AVX512 {
		t.Skip("not every level of package kernels: the best is " + kernels.Level())
	}
}

// quick is a run of all operations, in the first-level cache.
var quick = Options{Case: "*/*/L1", Reps: 1, Seconds: 1}

// Every cell is there: a figure of each system in each case, or a reason.
func TestRun(t *testing.T) {
	needAll(t)
	r, err := Run(t.Context(), quick)
	if err != nil {
		t.Fatal(err)
	}
	figures := 0
	for _, c := range r.Cases {
		why := r.Meta.Settings.Absent[c.Name]
		for _, system := range systems {
			ns, ok := c.Figure(system, nsPerElem)
			bytes, _ := c.Figure(system, bytesPerS)
			if ok == (why[system] != "") {
				t.Errorf("%s: %s: a figure: %v; left out because: %q", c.Name, system, ok, why[system])
			}
			if ok && !(ns.Value > 0 && bytes.Value > 0 && ns.Baseline == C && ns.Ratio != nil) {
				t.Errorf("%+v, %+v", ns, bytes)
			}
			figures++
		}
	}
	if want := len(chosen(quick.Case, nil)); len(r.Cases) != want || figures != want*len(systems) {
		t.Errorf("%d cases with %d cells, want %d", len(r.Cases), figures, want)
	}
	checkText(t, r)
}

func checkText(t *testing.T, r *Report) {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range append(Systems(), "sum/f64/L1", "x c", "not here: ", "pinned: ", "C: ", "by hand", "GOMAXPROCS") {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}

// Operands that are larger than any cache are the same for all, too.
func TestRunFromMemory(t *testing.T) {
	needAll(t)
	if _, err := Run(t.Context(), Options{Case: "add/*/DRAM", Systems: []string{AVX512, C}, Reps: 1, Seconds: 1}); err != nil {
		t.Fatal(err)
	}
}

func TestCorruptionIsNoticed(t *testing.T) {
	needAll(t)
	for _, system := range []string{AVX512, Gonum, C} {
		o := Options{Case: "scale/f64/L1", Systems: []string{system}, Reps: 1, Seconds: 1, Corrupt: system}
		o.Measured = func(m report.Measurement) { t.Errorf("a figure: %+v", m) }
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), system) {
			t.Errorf("%s: %v", system, err)
		}
	}
}

// Without a compiler its systems are left out, and that is said.
func TestWithoutCompiler(t *testing.T) {
	t.Setenv("CC", "/nonexistent/cc")
	r, err := Run(t.Context(), Options{Case: "sum/f64/L1", Reps: 1, Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	why := r.Meta.Settings.Absent["sum/f64/L1"]
	if !strings.Contains(why[C], "no C compiler") || !strings.Contains(why[Limit], "no C compiler") || r.Cases[0].Baseline != Std {
		t.Errorf("left out because %q; beside %s", why, r.Cases[0].Baseline)
	}
}

// A level that the machine or the build has not is left out, not silently another one.
func TestLevelsBeyondTheBest(t *testing.T) {
	t.Setenv(levelEnv, "") // of the children only
	s := &stage{missing: map[string]string{}}
	for i, level := range levels {
		if level == kernels.Level() {
			break
		}
		if err := s.start(t.Context(), level); err != nil || s.missing[level] == "" {
			t.Errorf("level %d, %s: %v", i, level, err)
		}
	}
}

// Only the limit, which is part of the C program.
func TestLimitAlone(t *testing.T) {
	needAll(t)
	r, err := Run(t.Context(), Options{Case: "*/f64/L1", Systems: []string{Limit}, Reps: 1, Seconds: 1})
	if err != nil || r.Cases[0].Baseline != "" {
		t.Errorf("%v", err)
	}
}

func TestCancelledRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Case: "sum", Systems: []string{AVX2, Go}, Reps: 100}
	o.Progress = func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
}
