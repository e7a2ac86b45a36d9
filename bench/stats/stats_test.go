package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestOfKnownSamples(t *testing.T) {
	for _, tc := range []struct {
		values         []float64
		median, spread float64
		lo, hi         float64 // NaN: no interval
	}{
		{nil, math.NaN(), math.NaN(), math.NaN(), 0},
		{[]float64{7}, 7, math.NaN(), math.NaN(), 0},
		{[]float64{3, 1}, 2, math.NaN(), math.NaN(), 0},
		{[]float64{5, 1, 4, 2, 3}, 3, 1. / 3, math.NaN(), 0},
		{[]float64{6, 5, 4, 3, 2, 1}, 3.5, 1.25 / 3.5, 1, 6},
		// 15 values: the 4th and the 12th bound the median with at least 95 %.
		{[]float64{15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 8, 3.5 / 8, 4, 12},
	} {
		s := Of(tc.values)
		lo, hi, ok := s.Interval()
		if s.N != len(tc.values) || !same(s.Median, tc.median) || !same(s.Spread, tc.spread) {
			t.Errorf("Of(%v) = %+v", tc.values, s)
		}
		if ok == math.IsNaN(tc.lo) || ok && (lo != tc.lo || hi != tc.hi) {
			t.Errorf("Of(%v): interval %v to %v, %v; want %v to %v", tc.values, lo, hi, ok, tc.lo, tc.hi)
		}
	}
}

func same(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-15
}

// TestIntervalCovers draws samples around a known median: the interval must
// hold it about as often as it claims.
func TestIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const trials = 4000
	held := 0
	for range trials {
		var v [15]float64
		for i := range v {
			v[i] = math.Exp(rng.NormFloat64()) // median 1
		}
		lo, hi, ok := Of(v[:]).Interval()
		if !ok {
			t.Fatal("no interval for 15 repetitions")
		}
		if lo <= 1 && 1 <= hi {
			held++
		}
	}
	if share := float64(held) / trials; share < Confidence-0.01 {
		t.Errorf("the interval held the median in %.3f of the cases, want %v", share, Confidence)
	}
}

func TestRatioIsPaired(t *testing.T) {
	nan := math.NaN()
	// What slows both halves of a pair does not show in the ratio.
	r := Ratio([]float64{2, 20, 200, nan, 4}, []float64{1, 10, 100, 5, nan})
	if r.N != 3 || r.Median != 2 {
		t.Errorf("Ratio = %+v", r)
	}
}

func TestOfLeavesItsArgument(t *testing.T) {
	v := []float64{3, 1, 2}
	Of(v)
	if v[0] != 3 || v[1] != 1 {
		t.Errorf("Of changed its argument: %v", v)
	}
}
