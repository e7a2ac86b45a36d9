package advise

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

// extremes are workloads so extreme that nothing but what a way is made of decides, and the
// order that must be: the faster one first.
var extremes = map[string]struct {
	w     Workload
	pairs [][2]string
}{
	"small pieces": {Workload{16 << 20, 0, 0, 0, 2, 4 << 10}, [][2]string{{Single, Pipe}, {Goroutines, Pipe}, {Engine, Pipe}}},
	"crashes":      {Workload{1 << 20, 20, 0, 0.2, 2, 64 << 10}, [][2]string{{Engine, Single}, {Engine, Goroutines}, {CopyIn, Goroutines}}},
	"waiting":      {Workload{256 << 10, 1600, 0.995, 0, 16, 0}, [][2]string{{Goroutines, Single}, {Engine, Single}}},
}

// Of such workloads what is predicted for a quiet machine stands in the order that must be.
func TestOrderOfExtremes(t *testing.T) {
	for name, c := range extremes {
		for _, pair := range c.pairs {
			a, b := Best(roundFigures(), c.w, pair[0]), Best(roundFigures(), c.w, pair[1])
			if a.Total() >= b.Total() {
				t.Errorf("%s: %s takes %v, %s %v", name, a.Way, nanos(a.Total()), b.Way, nanos(b.Total()))
			}
		}
	}
}

// They are measured, and told of. Whether in that order, the log says: a machine with much
// else to do while one of two is measured can have any.
func TestExtremesAreMeasured(t *testing.T) {
	for name, c := range extremes {
		r, err := Run(t.Context(), Options{Workload: c.w, Check: true})
		if err != nil {
			t.Fatal(name, err)
		}
		got := map[string]Checked{}
		for _, one := range r.Checked {
			got[one.Way] = one
		}
		for _, pair := range c.pairs {
			a, b := got[pair[0]], got[pair[1]]
			if a.Way != pair[0] || b.Way != pair[1] || a.Total() <= 0 || b.Total() <= 0 {
				t.Errorf("%s: %+v and %+v", name, a, b)
			}
			if a.Total() >= b.Total() || b.Least != 0 && a.Least >= b.Least {
				t.Logf("%s: NOT IN ORDER: %s took %v, %s %v; predicted %v and %v", name, a.Way, nanos(a.Least), b.Way, nanos(b.Least), nanos(a.Total()), nanos(b.Total()))
			}
		}
		var text bytes.Buffer
		if err := r.Write(&text); err != nil {
			t.Fatal(err)
		}
		for _, want := range append(Ways(), "workload: ", "model, for n", "advice: ", "checked with: ", "GOMAXPROCS") {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: the text has no %q", name, want)
			}
		}
		t.Logf("%s:\n%s", name, &text)
	}
}

// A way whose sums are wrong is found, whichever it is.
func TestCorrupt(t *testing.T) {
	for _, name := range []string{Single, Engine, Pipe} {
		_, err := Run(t.Context(), Options{Workload: Workload{1 << 20, 1, 0, 0, 2, 0}, Corrupt: name})
		if !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := Run(t.Context(), Options{Workload: Workload{1 << 20, 1, 0, 0, 2, 0}, Corrupt: "nobody"})
	if !errors.Is(err, report.ErrOptions) {
		t.Error(err)
	}
}

// Every way gives the sum that plain addition gives, for whole and for odd partitions,
// and with crashes on the way.
func TestWays(t *testing.T) {
	b := &bench{w: Workload{Workers: 2}}
	defer func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := b.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, words := range []int{1, 7, 512, 40_000} {
		for _, part := range []int{1, 3, 512, 9_000} {
			if words/part > 5000 {
				continue
			}
			for _, way := range Ways() {
				j := &job{data: b.data[3 : 3+words], part: part, task: task{Read: 1, Turns: 10}}
				if way != Single && way != Goroutines && words/part < 100 {
					j.Risk, j.Seed = threshold(0.05), 1
				}
				if _, err := b.timed(t.Context(), way, j); err != nil {
					t.Errorf("%d words by %d: %v", words, part, err)
				}
			}
		}
	}
}

func TestServiceDiesAndComesBack(t *testing.T) {
	b := &bench{ways: map[string]way{Single: inProcess{1}}, data: make([]uint64, 1000)}
	for i := range b.data {
		b.data[i] = mix(uint64(i))
	}
	j := &job{data: b.data, part: 100, task: task{Read: 1, Risk: threshold(0.2), Seed: 3}}
	took, crashes, err := b.service(t.Context(), &Figures{Start: 1e9}, Single, j)
	if err != nil || crashes == 0 || took < 1e9*float64(crashes) {
		t.Errorf("%v ns, %d crashes, %v", took, crashes, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Workload: Workload{1 << 20, 1, 0, 0, 2, 0}, Check: true, Measured: func(report.Measurement) { t.Error("a figure") }}
	o.Progress = func(n, _ int) {
		if n == 2 {
			cancel()
		}
	}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
