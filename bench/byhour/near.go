package byhour

import (
	"fmt"
	"math"
)

// Near compares p with a reference: counts, minima, maxima and histograms must
// be equal; means and moments may differ by tol, relative to the size of what
// was summed. It returns nil, or an error that names the first difference.
// NaN is near nothing.
func (p *Partial) Near(ref *Partial, tol float64) error {
	for h := range p.Hour {
		a, b := p.Hour[h], ref.Hour[h]
		if a.N != b.N {
			return fmt.Errorf("hour %d: count %v, want %v", h, a.N, b.N)
		}
		if a.N == 0 {
			continue
		}
		if a.Min != b.Min || a.Max != b.Max {
			return fmt.Errorf("hour %d: extremes %v and %v, want %v and %v", h, a.Min, a.Max, b.Min, b.Max)
		}
		if err := nearMoments(float64(b.N), a.Mean, b.Mean, a.M2, b.M2, tol); err != nil {
			return fmt.Errorf("hour %d: %w", h, err)
		}
	}
	for i, n := range p.Hist {
		if n != ref.Hist[i] {
			return fmt.Errorf("hour %d: %d flights in cell %d of the histogram, want %d", i/Cells, n, i%Cells, ref.Hist[i])
		}
	}
	return p.nearCo(ref, tol)
}

func (p *Partial) nearCo(ref *Partial, tol float64) error {
	a, b := p.Co, ref.Co
	if a.N != b.N {
		return fmt.Errorf("all: count %v, want %v", a.N, b.N)
	}
	if err := nearMoments(float64(b.N), a.MeanX, b.MeanX, a.M2X, b.M2X, tol); err != nil {
		return fmt.Errorf("delay: %w", err)
	}
	if err := nearMoments(float64(b.N), a.MeanY, b.MeanY, a.M2Y, b.M2Y, tol); err != nil {
		return fmt.Errorf("distance: %w", err)
	}
	if !near(a.CXY, b.CXY, tol*math.Sqrt(b.M2X*b.M2Y)) {
		return fmt.Errorf("co-moment %v, want %v", a.CXY, b.CXY)
	}
	return nil
}

// nearMoments allows an error of tol times the root mean square for the mean,
// which may be zero by cancellation, and of tol times itself for M2.
func nearMoments(n, mean, wantMean, m2, wantM2, tol float64) error {
	rms := math.Abs(wantMean)
	if n > 0 {
		rms = math.Sqrt(wantMean*wantMean + wantM2/n)
	}
	if !near(mean, wantMean, tol*rms) {
		return fmt.Errorf("mean %v, want %v", mean, wantMean)
	}
	if !near(m2, wantM2, tol*(wantM2+wantMean*wantMean)) {
		return fmt.Errorf("M2 %v, want %v", m2, wantM2)
	}
	return nil
}

func near(a, b, bound float64) bool { return math.Abs(a-b) <= bound }
