package bench

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/systems"
)

// small is a run that takes a moment: less than the sample, of odd length.
var small = Options{Workers: 2, Size: 3 << 20, Reps: 2}

func needLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the engine needs Linux")
	}
}

func TestRun(t *testing.T) {
	needLinux(t)
	var metas []Meta
	var figures []Measurement
	o := small
	o.Begin = func(m Meta) { metas = append(metas, m) }
	o.Measured = func(m Measurement) {
		if len(metas) != 1 {
			t.Error("a figure before the meta")
		}
		figures = append(figures, m)
	}
	last, total := 0, 0
	o.Progress = func(n, of int) { last, total = n, of }
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total == 0 {
		t.Errorf("progress ended at %d of %d", last, total)
	}
	checkReport(t, r)
	checkFigures(t, r, figures)
}

func checkReport(t *testing.T, r *Report) {
	t.Helper()
	if all, ok := r.Answer.All(); !ok || all.Count != 200_000 {
		t.Errorf("the answer is about %d flights, want the whole sample", all.Count)
	}
	if s := r.Meta.Settings; s.Rows != (3<<20)/24 || s.Workers != 2 || s.Reps != 2 || s.Tiled() != "first 131072 of 200000 rows" {
		t.Errorf("settings %+v (%s)", s, s.Tiled())
	}
	for _, s := range r.Systems {
		if s.Rate.N < 1 || s.Rate.N > 2 || !(s.Rate.Median > 0) || s.Warmups < 1 {
			t.Errorf("%s: %+v", s.Name, s)
		}
		if _, _, ok := s.Rate.Interval(); ok {
			t.Errorf("%s: an interval from %d repetitions", s.Name, s.Rate.N)
		}
	}
	for _, write := range []func(*strings.Builder) error{
		func(b *strings.Builder) error { return r.WriteAnswer(b) },
		func(b *strings.Builder) error { return r.WriteSystems(b) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil || strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "%!") {
			t.Errorf("%v in\n%s", err, &b)
		}
	}
}

// checkFigures looks for each metric of each system, and for copied bytes that
// only the kernel can know.
func checkFigures(t *testing.T, r *Report, figures []Measurement) {
	t.Helper()
	got := map[string]Measurement{}
	for _, m := range figures {
		if _, err := json.Marshal(m); err != nil || m.Suite != "main" || m.Case != "flights/byhour" || m.N < 1 || m.Baseline != "pipe" {
			t.Errorf("%+v: %v", m, err)
		}
		got[m.System+" "+m.Metric] = m
	}
	for _, s := range r.Systems {
		for metric, unit := range map[string]string{"rows_per_s": "rows/s", "bytes_per_s": "B/s", "copied_bytes": "B", "syscalls": "calls"} {
			if m, ok := got[s.Name+" "+metric]; !ok || m.Unit != unit {
				t.Errorf("%s %s: %+v", s.Name, metric, m)
			}
		}
		if rows, bytes := got[s.Name+" rows_per_s"], got[s.Name+" bytes_per_s"]; bytes.Value != 24*rows.Value {
			t.Errorf("%s: %v rows/s but %v B/s", s.Name, rows.Value, bytes.Value)
		}
	}
	size := float64(r.Meta.Settings.Rows) * 24
	between := func(system string, least, most float64) {
		if v := got[system+" copied_bytes"].Value; v < least || v > most {
			t.Errorf("%s copied %v bytes, want %v to %v", system, v, least, most)
		}
	}
	// The runtime may wake its poller by some bytes now and then.
	between(systems.Engine, 0, 1000)
	between(systems.Goroutines, 0, 1000)
	between(systems.EngineCopyIn, size, size+1000)
	between(systems.Pipe, 2*size, 2.2*size)
	if m := got["engine copied_bytes"]; m.Ratio == nil || *m.Ratio > 0.01 {
		t.Errorf("copied bytes beside the baseline's: %v", m.Ratio)
	}
	if m := got["pipe rows_per_s"]; m.Ratio == nil || *m.Ratio != 1 {
		t.Errorf("the baseline beside itself: %v", m.Ratio)
	}
}

// TestCorruptIsNoticed falsifies one answer of each system.
func TestCorruptIsNoticed(t *testing.T) {
	needLinux(t)
	for _, name := range Systems() {
		if name == systems.PyPool {
			if _, err := systems.NewPyPool(1); errors.Is(err, systems.ErrNoPython) {
				t.Log(err)
				continue
			}
		}
		o := small
		o.Size, o.Reps, o.Corrupt = 1<<20, 1, name
		o.Measured = func(m Measurement) { t.Errorf("%s: a figure in spite of a wrong answer: %+v", name, m) }
		_, err := Run(context.Background(), o)
		if !errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), name+":") {
			t.Errorf("%s: %v, want ErrWrong", name, err)
		}
	}
}

func TestCancelledRunEnds(t *testing.T) {
	needLinux(t)
	ctx, cancel := context.WithCancel(context.Background())
	o := small
	o.Progress = func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
	if _, err := Chaos(ctx, small, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Chaos: %v", err)
	}
}

func TestChaos(t *testing.T) {
	needLinux(t)
	o := small
	o.Size = 16 << 20
	r, err := Chaos(context.Background(), o, 4)
	if err != nil {
		t.Fatal(err)
	}
	if r.Kills != 4 || r.Retries < 4 || r.Deaths < 4 || r.Runs < 1 {
		t.Errorf("%+v", r)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil || !strings.Contains(b.String(), "kills: 4,") {
		t.Errorf("%v in\n%s", err, &b)
	}
	o.Corrupt = systems.Engine
	if _, err := Chaos(context.Background(), o, 1); !errors.Is(err, ErrWrong) {
		t.Errorf("a falsified answer: %v", err)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Workers: -1}, {Workers: 257}, {Size: -1}, {Size: 23}, {Reps: -1}, {Reps: 1e6}, {Corrupt: "nobody"}} {
		if err := o.Validate(); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
		if _, err := Run(context.Background(), o); !errors.Is(err, ErrOptions) {
			t.Errorf("Run(%+v): %v", o, err)
		}
	}
	if err := (Options{}).Validate(); err != nil {
		t.Errorf("the zero Options: %v", err)
	}
	o := Options{Workers: 2, Size: math.MaxInt64 / 4}
	if err := o.fitSize(0); runtime.GOOS == "linux" && !errors.Is(err, ErrMachine) {
		t.Errorf("a size beyond all memory: %v", err)
	}
	o = Options{Workers: 2}
	if err := o.fitSize(0); err != nil || o.Size < leastSize || o.Size > defaultSize {
		t.Errorf("the default size: %d, %v", o.Size, err)
	}
}

func TestTakesPart(t *testing.T) {
	for rounds := 1; rounds < 40; rounds++ {
		for reps := range rounds + 1 {
			e := &entry{class: class{reps: reps}}
			n := 0
			for round := range rounds {
				if e.takesPart(round, rounds) {
					n++
				}
			}
			if n != reps {
				t.Fatalf("%d of %d rounds, want %d", n, rounds, reps)
			}
		}
	}
}

// TestReference shows that the reference is checked: a kernel that lies about
// its answer cannot become the answer.
func TestCheckSeesLastBit(t *testing.T) {
	var p byhour.Partial
	p.Co.N, p.Co.MeanX = 1, 1
	for _, name := range Systems() {
		q := p
		corrupt(name, &q)
		if err := check(name, &q, &p); !errors.Is(err, ErrWrong) {
			t.Errorf("%s: %v", name, err)
		}
		if err := check(name, &p, &p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !slices.Contains(Systems(), baseline) {
		t.Error("the baseline is no system")
	}
}
