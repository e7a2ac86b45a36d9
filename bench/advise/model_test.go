package advise

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

// round is a machine of round numbers.
func roundFigures() *Figures {
	return &Figures{
		CPUs: 2, Speed: 2, Read1: 10, ReadAll: 20, Copy: 10, PipeByte: 0.5, Start: 1e6, Oversleep: 50e3,
		Job:   map[string]float64{Single: 0, Goroutines: 1000, Engine: 4000, CopyIn: 4000, Pipe: 10_000},
		Task:  map[string]float64{Single: 10, Goroutines: 50, Engine: 200, CopyIn: 200, Pipe: 5000},
		Crash: map[string]float64{Engine: 2e6, CopyIn: 2e6, Pipe: 2e6},
	}
}

// What the formulae give was worked out by hand.
func TestPredict(t *testing.T) {
	const mib = 1 << 20
	for name, c := range map[string]struct {
		w     Workload
		way   string
		size  int64
		total float64
	}{
		"one goroutine":           {Workload{16 * mib, 1, 0, 0, 2, 0}, Single, mib, 16*10 + 16*mib},
		"two":                     {Workload{16 * mib, 1, 0, 0, 2, 0}, Goroutines, mib, 1000 + 16*50 + 8*mib},
		"an odd partition":        {Workload{15 * mib, 1, 0, 0, 2, 0}, Goroutines, mib, 1000 + 15*50 + 8*mib},
		"the engine":              {Workload{16 * mib, 1, 0, 0, 2, 0}, Engine, mib, 4000 + 16*200 + 8*mib},
		"copied in":               {Workload{16 * mib, 1, 0, 0, 2, 0}, CopyIn, mib, 4000 + 16*200 + 8*mib + 1.6*mib},
		"a pipe":                  {Workload{16 * mib, 1, 0, 0, 2, 0}, Pipe, mib, 10_000 + 16*5000 + 8*mib + 8*mib},
		"reading decides":         {Workload{16 * mib, 0, 0, 0, 2, 0}, Goroutines, mib, 1000 + 16*50 + 0.8*mib},
		"more workers than CPUs":  {Workload{16 * mib, 1, 0, 0, 8, 0}, Goroutines, mib, 1000 + 16*50 + 8*mib},
		"one partition":           {Workload{mib, 1, 0, 0, 2, 0}, Goroutines, mib, 1000 + 50 + mib},
		"waiting":                 {Workload{16 * mib, 1, 0.9, 0, 8, 0}, Goroutines, mib, 1000 + 16*50 + 2*mib + 2*50e3},
		"crashes with processes":  {Workload{16 * mib, 1, 0, 0.5, 2, 0}, Engine, mib, 4000 + 16*200 + 8*mib + 16*(2e6+mib/2)/2},
		"crashes of one process":  {Workload{2 * mib, 1, 0, 0.5, 2, 0}, Single, mib, (20+2*mib)*3 + 3*1e6}, // 6 partitions for 2 in a row
		"partition is everything": {Workload{mib, 1, 0, 0, 2, 0}, Single, 64 * mib, 10 + mib},
	} {
		if err := c.w.Validate(); err != nil {
			t.Fatal(name, err)
		}
		got := Predict(roundFigures(), c.w, c.way, c.size).Total()
		if math.Abs(got-c.total) > 1e-9*c.total {
			t.Errorf("%s: %v, want %v", name, got, c.total)
		}
	}
}

// How often a service in one process dies, and how much it does in vain, is what a
// simulation of it gives.
func TestCrashesAreThoseOfASimulation(t *testing.T) {
	const risk, n, lives = 0.07, 9, 200_000
	r := rand.New(rand.NewPCG(1, 2))
	done, deaths := 0, 0
	for range lives {
		for row := 0; row < n; {
			done++
			if row++; r.Float64() < risk {
				row = 0
				deaths++
			}
		}
	}
	f := roundFigures()
	f.Task[Single], f.Start = 0, 0
	w := Workload{n << 20, 1, 0, risk, 1, 0}
	p := Predict(f, w, Single, 1<<20)
	if got, want := p.Crashes, float64(deaths)/lives; math.Abs(got/want-1) > 0.02 {
		t.Errorf("%v deaths, a simulation has %v", got, want)
	}
	if got, want := p.Total()/(1<<20), float64(done)/lives; math.Abs(got/want-1) > 0.02 {
		t.Errorf("%v partitions done, a simulation does %v", got, want)
	}
}

func TestRecommend(t *testing.T) {
	const mib = 1 << 20
	for name, c := range map[string]struct {
		w    Workload
		want string
	}{
		"too little":          {Workload{4 << 10, 0.1, 0, 0, 2, 0}, Single},
		"plain work":          {Workload{256 * mib, 1, 0, 0, 2, 0}, Goroutines},
		"waiting":             {Workload{mib, 100, 0.95, 0, 16, 0}, Goroutines},
		"hardly any crashes":  {Workload{256 * mib, 10, 0, 0.01, 2, 0}, Goroutines}, // the engine is a little faster
		"crashes":             {Workload{256 * mib, 10, 0, 0.2, 2, 0}, Engine},
		"crashes without end": {Workload{1 << 40, 10, 0, 0.2, 2, 0}, Engine},
	} {
		a := Recommend(roundFigures(), c.w)
		if a.Way != c.want || len(a.Best) != len(Ways()) {
			t.Errorf("%s: %s of %+v, want %s", name, a.Way, a.Best, c.want)
		}
		for i := range a.Best[1:] {
			if a.Best[i].Total() > a.Best[i+1].Total() {
				t.Errorf("%s: not in order: %+v", name, a.Best)
			}
		}
	}
}

func TestCatches(t *testing.T) {
	f, w := roundFigures(), Workload{256 << 20, 0.01, 0, 0, 2, 0}
	from := catches(f, w, Engine)
	if from <= leastPartition || from > mostPartition {
		t.Fatalf("the engine catches up at %d", from)
	}
	ratio := func(size int64) float64 {
		return Predict(f, w, Engine, size).Total() / Predict(f, w, Goroutines, size).Total()
	}
	if ratio(from) > near || ratio(from/2) <= near {
		t.Errorf("at %d bytes %v, before %v", from, ratio(from), ratio(from/2))
	}
	if got := catches(f, w, Pipe); got != 0 {
		t.Errorf("pipes that take as long as the work catch up at %d", got)
	}
}

func TestSentence(t *testing.T) {
	w := Workload{256 << 20, 1, 0, 0, 2, 0}
	r := &Report{Figures: roundFigures(), Advice: Recommend(roundFigures(), w)}
	for _, want := range []string{"goroutines, with partitions of ", "The engine: within 10 %", "Pipes: at no size"} {
		if !strings.Contains(r.Sentence(), want) {
			t.Errorf("%q does not say %q", r.Sentence(), want)
		}
	}
}

func TestValidate(t *testing.T) {
	good := Workload{1 << 20, 1, 0.5, 0.1, 2, 0}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Workload){
		"bytes": func(w *Workload) { w.Bytes = 1 }, "much": func(w *Workload) { w.Bytes = 1 << 60 }, "cost": func(w *Workload) { w.Cost = math.NaN() },
		"partition": func(w *Workload) { w.Partition = 4100 },
		"wait":      func(w *Workload) { w.Wait = 1 }, "risk": func(w *Workload) { w.Risk = -0.1 }, "workers": func(w *Workload) { w.Workers = 0 },
	} {
		w := good
		spoil(&w)
		if err := w.Validate(); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
