package stats

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// Confidence is that of all intervals.
const Confidence = 0.95

// A Summary describes a sample.
type Summary struct {
	N      int     // repetitions
	Median float64 // NaN for none
	Lo, Hi float64 // the interval of the median; see Interval
	Spread float64 // half the interquartile range, as a share of the median; NaN below 5 repetitions
}

// Of summarises a sample.
func Of(values []float64) Summary {
	s := Summary{N: len(values), Median: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1), Spread: math.NaN()}
	if s.N == 0 {
		return s
	}
	sorted := slices.Sorted(slices.Values(values))
	b := benchmath.AssumeNothing.Summary(benchmath.NewSample(sorted, &benchmath.DefaultThresholds), Confidence)
	s.Median, s.Lo, s.Hi = b.Center, b.Lo, b.Hi
	if s.N >= 5 {
		s.Spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / s.Median
	}
	return s
}

// Interval returns the interval of the median, if there were enough
// repetitions for one.
func (s Summary) Interval() (lo, hi float64, ok bool) {
	ok = s.N > 1 && !math.IsInf(s.Lo, 0) && !math.IsInf(s.Hi, 0)
	return s.Lo, s.Hi, ok
}

// Ratio summarises a[i]/b[i]. Where one of them is missing (NaN) the pair is
// left out.
//
// Preconditions: len(a) == len(b).
func Ratio(a, b []float64) Summary {
	if len(a) != len(b) {
		panic("stats: Ratio of samples that are not pairs")
	}
	var r []float64
	for i := range a {
		if v := a[i] / b[i]; !math.IsNaN(v) {
			r = append(r, v)
		}
	}
	return Of(r)
}

// quantile returns the q-quantile of a sorted sample, interpolated.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
