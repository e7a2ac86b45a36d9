package bench

import (
	"math"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/stats"
	"github.com/shmengine/shmengine/bench/systems"
)

func TestBars(t *testing.T) {
	if got := bars([]int64{0, 1, 100, 25, 0}); got != " ▁█▅ " {
		t.Errorf("bars = %q", got)
	}
	if got := bars(make([]int64, 3)); got != "   " {
		t.Errorf("bars of nothing = %q", got)
	}
}

func TestVerdict(t *testing.T) {
	sure := func(lo, mid, hi float64) stats.Summary {
		return stats.Summary{N: 15, Median: mid, Lo: lo, Hi: hi}
	}
	few := stats.Summary{N: 2, Median: 1, Lo: math.Inf(-1), Hi: math.Inf(1)}
	for _, tc := range []struct {
		goroutines stats.Summary
		want       string
	}{
		{sure(1.01, 1.02, 1.03), "is ahead of goroutines"},
		{sure(0.97, 0.98, 0.99), "goroutines, which win here"},
		{sure(0.99, 1, 1.01), "cannot be told from goroutines"},
		{few, "too few repetitions"},
	} {
		r := &Report{Systems: []SystemReport{{Name: systems.Engine, Ratio: sure(4, 5, 6)}}, Goroutines: tc.goroutines}
		got := r.Verdict()
		if !strings.Contains(got, tc.want) || !strings.Contains(got, "isolation") || strings.Count(got, ".\n")+strings.Count(got, ". ") > 0 {
			t.Errorf("%+v: %q, want one sentence with %q", tc.goroutines, got, tc.want)
		}
		if !strings.Contains(got, "5 times (4 to 6)") {
			t.Errorf("the ratio to pipes is missing in %q", got)
		}
	}
}
