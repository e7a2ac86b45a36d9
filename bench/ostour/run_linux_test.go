package ostour

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/bench/report"
)

// aStage is one without a C compiler.
func aStage(t *testing.T) *stage {
	t.Helper()
	t.Setenv("CC", "/nonexistent/cc")
	s, err := newStage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Every system of every case is measured, or there is a reason why not.
func TestRun(t *testing.T) {
	var begun, last, total int
	seen := map[string]report.Measurement{}
	r, err := Run(t.Context(), Options{
		Reps: 1, Begin: func(Meta) { begun++ }, Progress: func(n, of int) { last, total = n, of },
		Measured: func(m report.Measurement) { seen[m.Case+" "+m.System+" "+m.Metric] = m },
	})
	if err != nil {
		t.Fatal(err)
	}
	if begun != 1 || last != total || total == 0 || len(r.Cases) != len(Cases()) {
		t.Errorf("begun %d, progress %d of %d, %d cases", begun, last, total, len(r.Cases))
	}
	for _, c := range subjects() {
		for _, name := range c.systems {
			p50, p99 := seen[c.name+" "+name+" p50_ns"], seen[c.name+" "+name+" p99_ns"]
			switch {
			case r.Absent[c.name+" "+name] != "":
				t.Logf("%s: %s is not here: %s", c.name, name, r.Absent[c.name+" "+name])
			case p50.Value <= 0 || p99.Value < p50.Value || p50.N == 0 || p50.Suite != Suite || p50.Baseline == "":
				t.Errorf("%s: %s: %+v, %+v", c.name, name, p50, p99)
			}
		}
	}
	if r.Absent["create fork"] != "" || r.Absent["touch 4KiB"] != "" || r.Absent["stack main"] != "" {
		t.Errorf("absent: %v", r.Absent)
	}
	checkText(t, r)
}

// checkText looks for every case and its sentence.
func checkText(t *testing.T, r *Report) {
	t.Helper()
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, c := range subjects() {
		if name, _, _ := strings.Cut(c.name, "/"); !strings.Contains(text.String(), "\n"+name+": ") && !strings.HasPrefix(text.String(), name+": ") {
			t.Errorf("the text has no %s", name)
		}
	}
	if n := strings.Count(text.String(), "it means: "); n != len(subjects())-len(tlbPages)+1 {
		t.Errorf("%d sentences in:\n%s", n, &text)
	}
	if strings.Contains(text.String(), "NaN") || strings.Contains(text.String(), "Inf") {
		t.Error(&text)
	}
}

func TestCorrupt(t *testing.T) {
	for name, of := range map[string]string{small: "touch", "fault": "cow", "function": "call", "time.Now": "clock", "goroutines": "create"} {
		_, err := Run(t.Context(), Options{Case: of, Reps: 1, Corrupt: name})
		if !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), of) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The proofs: what is not what it is named after is not taken for it.
func TestProofs(t *testing.T) {
	s := aStage(t)
	touched, err := anonymous(mapPages*pageSize, unix.MADV_NOHUGEPAGE)
	if err != nil {
		t.Fatal(err)
	}
	touch(touched, 0, mapPages)
	o, err := s.pinned(s.cpus[0], func() (outcome, error) { return s.touchAll(touched, nil) })
	if err != nil || !errors.Is(check(subjects()[0], o), report.ErrWrong) {
		t.Errorf("memory that was touched before: %+v, %v", o, err)
	}

	p, err := newPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	o, err = s.pinned(s.cpus[0], func() (outcome, error) { return pingPong(p.r, p.w) })
	if err != nil || !errors.Is(check(subjects()[0], o), report.ErrWrong) {
		t.Errorf("a thread that hands to itself: %+v, %v", o, err)
	}
}

func TestCheck(t *testing.T) {
	good := outcome{Values: []float64{1}, Did: 2, Want: 2, System: 0.5}
	if err := check(subject{}, good); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*outcome){
		"few": func(o *outcome) { o.Did = 1 }, "nothing wanted": func(o *outcome) { o.Want = 0 },
		"no values": func(o *outcome) { o.Values = nil }, "a value of 0": func(o *outcome) { o.Values = []float64{1, 0} },
		"a share of 2": func(o *outcome) { o.System = 2 },
	} {
		o := good
		spoil(&o)
		if err := check(subject{}, o); !errors.Is(err, report.ErrWrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What needs C or a second CPU is left out without them, and the reason is given.
func TestAbsent(t *testing.T) {
	t.Setenv("CC", "/nonexistent/cc")
	var names []string
	r, err := Run(t.Context(), Options{Case: "create", Reps: 1, Measured: func(m report.Measurement) { names = append(names, m.System) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{pthread, vfork} {
		if !strings.Contains(r.Absent["create "+name], "no C compiler") || slices.Contains(names, name) {
			t.Errorf("%s: absent %q, measured %v", name, r.Absent["create "+name], names)
		}
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil || !strings.Contains(text.String(), "not here: "+pthread) {
		t.Errorf("%v: %s", err, &text)
	}
	s := aStage(t)
	s.cpus = s.cpus[:1]
	if got := s.absent(subjects()); got["line two-cpus"] == "" || got["switch other-cpu"] == "" || got["switch threads"] != "" {
		t.Errorf("with one CPU: %v", got)
	}
}

// A pattern that leaves only what cannot be measured is no failure.
func TestNothingLeft(t *testing.T) {
	c := &CaseReport{subject: subjects()[0]}
	if got := c.means(c); !strings.Contains(got, "could not be measured") {
		t.Errorf("%q", got)
	}
	if got := tlbMeans(nil, nil); !strings.Contains(got, "no knee") {
		t.Errorf("%q", got)
	}
}

func TestCancelled(t *testing.T) {
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

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Case: "spoon"}, {Case: "["}, {Reps: -1}, {Reps: report.MaxReps + 1}, {Corrupt: "nobody"}} {
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestNanos(t *testing.T) {
	for v, want := range map[float64]string{0.5: "0.5 ns", 999.4: "999 ns", 999.6: "1 us", 12_345: "12.3 us", 2.5e6: "2.5 ms", 3e9: "3 s"} {
		if got := nanos(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}
