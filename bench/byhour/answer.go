package byhour

import "math"

// An Hour is what the job says of one hour of the day, or of the whole day.
type Hour struct {
	Count          int64
	Mean, Min, Max float64
	Std            float64 // sample standard deviation; NaN below two flights
	Hist           [Cells]int64
}

// At returns the answer for one hour; ok is false where there is no flight.
func (p *Partial) At(hour int) (a Hour, ok bool) {
	g := p.Hour[hour]
	a = Hour{Count: g.N, Mean: g.Mean, Min: g.Min, Max: g.Max, Std: std(g.N, g.M2)}
	copy(a.Hist[:], p.Hist[hour*Cells:])
	return a, g.N > 0
}

// All returns the answer for the whole day; ok is false where there is no
// flight.
func (p *Partial) All() (a Hour, ok bool) {
	a = Hour{Count: p.Co.N, Mean: p.Co.MeanX, Std: std(p.Co.N, p.Co.M2X), Min: math.Inf(1), Max: math.Inf(-1)}
	for h := range p.Hour {
		if g := p.Hour[h]; g.N > 0 {
			a.Min, a.Max = min(a.Min, g.Min), max(a.Max, g.Max)
		}
	}
	for i, n := range p.Hist {
		a.Hist[i%Cells] += n
	}
	return a, p.Co.N > 0
}

// Corr returns the correlation of delay and distance; ok is false where one
// of them does not vary.
func (p *Partial) Corr() (r float64, ok bool) {
	r = p.Co.CXY / math.Sqrt(p.Co.M2X*p.Co.M2Y)
	return r, !math.IsNaN(r) && !math.IsInf(r, 0)
}

func std(n int64, m2 float64) float64 {
	if n < 2 {
		return math.NaN()
	}
	return math.Sqrt(m2 / float64(n-1))
}
