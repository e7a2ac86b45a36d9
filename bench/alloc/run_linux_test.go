package alloc

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
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
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3 here: not all systems can be measured")
	}
	if runtime.NumCPU() < 2 {
		t.Skip("some cases take two CPUs")
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
	if len(r.Notes) > 0 {
		t.Errorf("notes: %v", r.Notes)
	}
	if last != total || total == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	checkFigures(t, figures)
	checkText(t, r)
}

// checkFigures looks for each metric of each system, and for nothing else.
func checkFigures(t *testing.T, figures []report.Measurement) {
	t.Helper()
	got := map[string]report.Measurement{}
	for _, m := range figures {
		if _, err := json.Marshal(m); err != nil || m.Suite != "alloc" || m.N != quick.Reps || m.Unit == "" || m.Value <= 0 {
			t.Errorf("%+v: %v", m, err)
		}
		got[m.Case+" "+m.System+" "+m.Metric] = m
	}
	want := 0
	for _, c := range contests {
		for _, system := range c.systems {
			ns, per := got[c.name+" "+system+" "+nsPerOp], got[c.name+" "+system+" "+opsPerS]
			if ns.Value == 0 || per.Value == 0 || ns.Ratio == nil || ns.Baseline != c.baseline() {
				t.Errorf("%s: %s: %+v, %+v", c.name, system, ns, per)
			}
			if system == c.baseline() && (ns.Ratio == nil || *ns.Ratio != 1) {
				t.Errorf("%s: the baseline beside itself: %v", c.name, ns.Ratio)
			}
			want += len(metrics)
		}
	}
	if len(figures) != want {
		t.Errorf("%d figures, want %d", len(figures), want)
	}
}

// checkText looks for a row or a reason for each system in each case.
func checkText(t *testing.T, r *Report) {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range append(Cases(), append(Systems(), "x mmap", "x c-malloc", "x go", "pinned: to CPUs", "C: ", "Python: CPython 3", "GOMAXPROCS")...) {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	for _, c := range r.Cases {
		why := r.Meta.Settings.Absent[c.Name]
		for _, system := range systems {
			_, ok := c.Figure(system, nsPerOp)
			if ok == (why[system] != "") {
				t.Errorf("%s: %s: a figure: %v; left out because: %q", c.Name, system, ok, why[system])
			}
		}
	}
}

// A falsified sum of any system is noticed, and there is no figure of its case.
func TestCorruptIsNoticed(t *testing.T) {
	needAll(t)
	for _, system := range systems {
		o := Options{Case: "pair/64B", Systems: []string{system}, Reps: 1, Seconds: 1, Corrupt: system}
		if len(chosen(o.Case, o.Systems)) == 0 {
			o.Case = "map/get"
		}
		o.Measured = func(m report.Measurement) { t.Errorf("%s: a figure in spite of a wrong sum: %+v", system, m) }
		_, err := Run(t.Context(), o)
		if !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), system+":") {
			t.Errorf("%s: %v, want ErrWrong", system, err)
		}
	}
}

// broken changes a rival's source and says what a run makes of it.
func broken(t *testing.T, source *string, o Options, from, to string) error {
	t.Helper()
	whole := *source
	defer func() { *source = whole }()
	if !strings.Contains(whole, from) {
		t.Fatalf("no %q in the source", from)
	}
	*source = strings.ReplaceAll(whole, from, to)
	_, err := Run(t.Context(), o)
	return err
}

// Memory that does not hold what was written has no figures, whoever looks.
func TestBrokenMemoryIsNoticed(t *testing.T) {
	needAll(t)
	c, py := &twinSource, &pyScript
	for _, tc := range []struct {
		what     string
		source   *string
		pattern  string
		system   string
		from, to string
	}{
		{"one block for all", c, "pair/64B", CMalloc, "volatile uint64_t *b = block(p);", "static uint64_t one[512]; volatile uint64_t *b = one; (void)p;"},
		{"blocks that overlap", c, "pair/4KiB", CMalloc, "b[p->words - 1] = number(p->index, i)", "b[p->words - 1] = number(p->index, i), b[0] ^= i == 7"},
		{"another block that crosses", c, "crossfree/64B", CMalloc, "= number(0, i);", "= number(0, i + (i == 3));"},
		{"a segment that is not written", c, "create-write-close/1MiB", CMalloc, "k < p->words; k++) w[k] = id;", "k < p->words / 2; k++) w[k] = id;"},
		{"an operation too many", c, "pair/64B", CMalloc, "p->ops = i;\n", "p->ops = i + 1;\n"},
		{"a value of another key", py, "map/get", PyManager, "table[key_of(j.index, j.ops)]", "table[key_of(j.index, j.ops + (j.ops == 0))]"},
		{"a set that is left out", py, "map/set", PyManager, "table[key_of(j.index, j.ops)] = value_of", "if j.ops != 0: table[key_of(j.index, j.ops)] = value_of"},
		{"the same segment again", py, "attach/256MiB", PyShm, "for at in 0, BIG - 8:", "for at in (0,):"},
		{"a number that changes", py, "pair/64B", PyShm, "WORD.pack_into(seg.buf, j.bytes - 8, number(j.index, i))", "WORD.pack_into(seg.buf, j.bytes - 8, number(j.index, i + 1))"},
	} {
		err := broken(t, tc.source, Options{Case: tc.pattern, Systems: []string{tc.system}, Reps: 1, Seconds: 1}, tc.from, tc.to)
		if err == nil || !strings.Contains(err.Error(), tc.system) {
			t.Errorf("%s: %v, want an error of %s", tc.what, err, tc.system)
		}
	}
}

// Without a compiler or a python3 their systems are left out, with the reason.
func TestMissingRivals(t *testing.T) {
	t.Setenv("CC", "/nonexistent/cc")
	r, err := Run(t.Context(), Options{Case: "pair/64B", Reps: 1, Seconds: 1, Systems: []string{Shmarena, Go, CMalloc}})
	if err != nil {
		t.Fatal(err)
	}
	why := r.Meta.Settings.Absent["pair/64B"]
	if !strings.Contains(why[CMalloc], "/nonexistent/cc") || why[PyShm] != "not asked for" || r.Cases[0].Baseline != Go {
		t.Errorf("%v, baseline %s", why, r.Cases[0].Baseline)
	}
	t.Setenv("PATH", "/nonexistent")
	if _, err := Run(t.Context(), Options{Systems: []string{PyShm, PyManager}, Reps: 1, Seconds: 1}); !errors.Is(err, report.ErrMachine) || !strings.Contains(err.Error(), "no python3") {
		t.Errorf("only Python without a python3: %v", err)
	}
}

// A Python that cannot is a reason, with its words.
func TestOldPython(t *testing.T) {
	needAll(t)
	whole := pyScript
	defer func() { pyScript = whole }()
	pyScript = "import nothing_of_that_name"
	r, err := Run(t.Context(), Options{Case: "create", Systems: []string{PyShm, Mmap}, Reps: 1, Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	if why := r.Meta.Settings.Absent["create/1MiB"][PyShm]; !strings.Contains(why, "nothing_of_that_name") {
		t.Errorf("%q", why)
	}
}

// One CPU leaves out what takes two, and says so.
func TestOneCPU(t *testing.T) {
	s := &stage{cpus: []int{0}, crews: map[string]*crew{Go: {}, SyncMap: {}}}
	for _, c := range contests {
		c.systems = slices.DeleteFunc(slices.Clone(c.systems), func(s string) bool { return s != Go && s != SyncMap })
		if got := s.present(c); (len(got.systems) == 0) != (c.parties == 2 || len(c.systems) == 0) {
			t.Errorf("%s: %v", c.name, got.systems)
		}
	}
}

// A worker that dies is an error, whoever waits for it.
func TestDeadWorkerIsAnError(t *testing.T) {
	needAll(t)
	for _, system := range []string{Shmarena, Go, CMalloc, CCalloc} {
		list := chosen("pair2/64B", []string{system})
		s, err := newStage(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		k := s.crews[system]
		victim := k.members[len(k.members)-1]
		if err := victim.Child.Kill(); err != nil {
			t.Fatal(err)
		}
		<-victim.Child.Done()
		if _, err := k.measure(t.Context(), task{list[0], system, defaultWindow, s.cpus}); err == nil || !strings.Contains(err.Error(), "worker process") {
			t.Errorf("%s: %v", system, err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
}

// What a worker cannot do is an error with its words.
func TestWorkersRefuse(t *testing.T) {
	needAll(t)
	s, err := newStage(t.Context(), chosen("pair/64B", []string{Shmarena, Go, Mmap, CMalloc, CCalloc}))
	if err != nil {
		t.Fatal(err)
	}
	for system, k := range s.crews {
		for _, line := range []string{"dance", "run pair", "run pair " + system + " 0 7 0 64", "run pair " + system + " 0 1 0 8"} {
			if _, err := k.members[0].Ask(t.Context(), "ready", "%s", line); err == nil || !strings.Contains(err.Error(), ": error ") {
				t.Errorf("%s: %q: %v", system, line, err)
			}
		}
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

func TestCancelledRunEnds(t *testing.T) {
	for _, at := range []int{1, 7} {
		ctx, cancel := context.WithCancel(t.Context())
		o := Options{Case: "pair/64B", Reps: 100}
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
