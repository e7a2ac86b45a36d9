package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/twin"
)

// quick is a run that takes seconds.
var quick = Options{Reps: 1, Seconds: 0.5}

// needAll skips where not all systems can be measured, and says which.
func needAll(t *testing.T) {
	t.Helper()
	if _, err := twin.Compiler(); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 here: not all systems can be measured")
	}
}

// Every system has its figures in every case that it takes part in, or there is a reason.
func TestRun(t *testing.T) {
	needAll(t)
	var figures []report.Measurement
	o := quick
	o.Measured = func(m report.Measurement) { figures = append(figures, m) }
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for i, c := range contests {
		for _, system := range systems {
			why := r.Meta.Settings.Absent[c.name][system]
			for _, metric := range c.metrics {
				m, ok := r.Cases[i].Figure(system, metric)
				if ok == (why != "") || ok && (m.Value <= 0 || m.Ratio == nil || m.Unit == "") {
					t.Errorf("%s: %s: %s: %+v, left out because: %q", c.name, system, metric, m, why)
				}
				if ok {
					want++
				}
			}
		}
	}
	if len(figures) != want || want == 0 {
		t.Errorf("%d figures, want %d", len(figures), want)
	}
	if _, err := json.Marshal(r.Meta); err != nil {
		t.Error(err)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, text := range append(Cases(), append(Systems(), "x goroutines", "C: ", "Python: CPython 3", "array: ")...) {
		if !strings.Contains(b.String(), text) {
			t.Errorf("no %q in\n%s", text, &b)
		}
	}
}

// A falsified sum of any system is noticed, and there is no figure of its case.
func TestCorruptIsNoticed(t *testing.T) {
	needAll(t)
	for _, system := range systems {
		o := Options{Case: "task/roundtrip", Systems: []string{system}, Reps: 1, Seconds: 0.5, Corrupt: system}
		if len(chosen(o.Case, o.Systems)) == 0 {
			o.Case = "forkjoin"
		}
		o.Measured = func(m report.Measurement) { t.Errorf("%s: a figure in spite of a wrong sum: %+v", system, m) }
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), system+":") {
			t.Errorf("%s: %v, want ErrWrong", system, err)
		}
	}
}

// A rival that does not do the work has no figures, whoever looks.
func TestBrokenRivalsAreNoticed(t *testing.T) {
	needAll(t)
	for _, tc := range []struct {
		source              *string
		pattern, system     string
		from, to            string
		whatItDoesOtherwise string
	}{
		{&twinSource, "forkjoin", OpenMP, "(2 * i + k)", "(2 * i)", "two equal tasks"},
		{&twinSource, "parallelfor/2MiB", OpenMP, "k < parts", "k < parts - 1", "a partition less"},
		{&twinSource, "forkjoin", OpenMP, "ops++;", "ops += 2;", "operations that were not done"},
		{&pyScript, "task/roundtrip", PyPool, "return 3 * x + 1", "return 3 * x", "another function"},
		{&pyScript, "task/batch", PyExecutor, "does.map(range(i, i + CHUNK))", "does.map(range(i, i + CHUNK - 1))", "a task less"},
	} {
		whole := *tc.source
		if !strings.Contains(whole, tc.from) {
			t.Fatalf("no %q in the source", tc.from)
		}
		*tc.source = strings.ReplaceAll(whole, tc.from, tc.to)
		_, err := Run(t.Context(), Options{Case: tc.pattern, Systems: []string{tc.system}, Reps: 1, Seconds: 0.5})
		*tc.source = whole
		if err == nil || !strings.Contains(err.Error(), tc.system) {
			t.Errorf("%s: %v, want an error of %s", tc.whatItDoesOtherwise, err, tc.system)
		}
	}
}

// Without a compiler or a python3 their systems are left out, with the reason.
func TestMissingRivals(t *testing.T) {
	t.Setenv("CC", "/nonexistent/cc")
	r, err := Run(t.Context(), Options{Case: "forkjoin", Systems: []string{OpenMP, WaitGroup}, Reps: 1, Seconds: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	why := r.Meta.Settings.Absent["forkjoin/2"]
	if !strings.Contains(why[OpenMP], "/nonexistent/cc") || why[Engine] != "not asked for" {
		t.Errorf("%v", why)
	}
	t.Setenv("PATH", "/nonexistent")
	if _, err := Run(t.Context(), Options{Systems: []string{PyPool}, Reps: 1, Seconds: 0.5}); !errors.Is(err, report.ErrMachine) || !strings.Contains(err.Error(), "python3") {
		t.Errorf("only Python without a python3: %v", err)
	}
}

// A worker that dies is an error, whoever waits for it.
func TestDeadWorkerIsAnError(t *testing.T) {
	needAll(t)
	list := chosen("task/roundtrip", []string{Pipe, PyPool})
	s, err := newStage(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	children := map[string]interface {
		Kill() error
		Done() <-chan struct{}
	}{
		Pipe: s.systems[Pipe].(*pipes).workers[0].Child, PyPool: s.systems[PyPool].(*program).talker.Child,
	}
	for name, child := range children {
		if err := child.Kill(); err != nil {
			t.Fatal(err)
		}
		<-child.Done()
		if _, err := s.systems[name].measure(t.Context(), job{kindRoundtrip, 0, time.Millisecond}); err == nil || !strings.Contains(err.Error(), "worker process") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// Threads that wait actively are gone when their measurement is over.
func TestNobodyBurnsACPUForOthers(t *testing.T) {
	needAll(t)
	s, err := newStage(t.Context(), chosen("forkjoin", []string{OpenMP}))
	if err != nil {
		t.Fatal(err)
	}
	p := s.systems[OpenMP].(*program)
	if _, err := p.measure(t.Context(), job{kindForkJoin, 0, time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) { // who is joined is there for a moment still
		threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.talker.Child.PID()))
		if err != nil || time.Now().After(limit) {
			t.Fatalf("%d threads, %v", len(threads), err)
		}
		if len(threads) == 1 {
			break
		}
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

func TestCancelledRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Case: "task", Systems: []string{Goroutines, Pipe}, Reps: 100}
	o.Progress = func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	cancel()
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Case: "nothing"}, {Systems: []string{"nobody"}}, {Case: "parallelfor", Systems: []string{PyPool}}, {Reps: -1}} {
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
