package advise

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

// For workloads so extreme that the ways lie a factor of four apart, what is measured
// stands in the order that was predicted.
func TestOrderOfExtremes(t *testing.T) {
	for name, w := range map[string]Workload{
		"small pieces": {4 << 20, 0, 0, 0, 2, 4 << 10},
		"crashes":      {1 << 20, 20, 0, 0.2, 2, 64 << 10},
		"waiting":      {256 << 10, 400, 0.98, 0, 16, 0},
	} {
		r, err := Run(t.Context(), Options{Workload: w, Check: true})
		if err != nil {
			t.Fatal(name, err)
		}
		if len(r.Checked) != len(Ways()) {
			t.Fatalf("%s: %+v", name, r.Checked)
		}
		pairs := 0
		for i, a := range r.Checked {
			for _, b := range r.Checked[i+1:] {
				if a.Total()*4 > b.Total() || a.Reason != "" || b.Reason != "" {
					continue
				}
				pairs++
				if a.Took >= b.Took {
					t.Errorf("%s: %s took %v, %s %v; predicted %v and %v", name, a.Way, nanos(a.Took), b.Way, nanos(b.Took), nanos(a.Total()), nanos(b.Total()))
				}
			}
		}
		if pairs == 0 {
			t.Errorf("%s is not extreme: %+v", name, r.Checked)
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
		t.Logf("%s: %d pairs in order\n%s", name, pairs, &text)
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
