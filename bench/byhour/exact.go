package byhour

import (
	"github.com/shmengine/shmengine/bench/flights"
)

const (
	microsPerHour = 3600 * 1_000_000
	microsPerDay  = 24 * microsPerHour
)

// group is one hour's exact sums.
type group struct {
	n        int64
	sum, sq  wide
	min, max int64
}

// exact is the job's state as integers.
type exact struct {
	hour           [Hours]group
	hist           [Hours * Cells]int64
	sumY, sqY, sxy wide
}

// Exact computes the job over all rows by plain loops: every sum is an exact
// integer, and each number of the result is rounded once.
func Exact(c flights.Columns) Partial {
	var e exact
	for i, ts := range c.Date {
		e.add(ts, c.Delay[i], c.Distance[i])
	}
	return e.partial()
}

func (e *exact) add(ts, delay, distance int64) {
	h := (ts%microsPerDay + microsPerDay) % microsPerDay / microsPerHour
	g := &e.hour[h]
	if g.n == 0 {
		g.min, g.max = delay, delay
	}
	g.n++
	g.sum.add(delay)
	g.sq.addProduct(delay, delay)
	g.min, g.max = min(g.min, delay), max(g.max, delay)
	e.hist[h*Cells+cell(delay)]++
	e.sumY.add(distance)
	e.sqY.addProduct(distance, distance)
	e.sxy.addProduct(delay, distance)
}

// cell returns the histogram's cell of a delay: 0 below the bins, Cells-1
// above them.
func cell(delay int64) int64 {
	switch {
	case delay < BinLow:
		return 0
	case delay >= BinHigh:
		return Cells - 1
	}
	return 1 + (delay-BinLow)/BinWidth
}

func (e *exact) partial() Partial {
	p := Partial{Hist: e.hist}
	var n int64
	var sumX, sqX wide
	for h, g := range e.hour {
		if g.n == 0 {
			continue
		}
		to := &p.Hour[h]
		to.N, to.Mean, to.M2 = g.n, g.sum.over(g.n), moment(g.n, g.sq, g.sum, g.sum)
		to.Min, to.Max = float64(g.min), float64(g.max)
		n += g.n
		sumX.plus(g.sum)
		sqX.plus(g.sq)
	}
	if n == 0 {
		return p
	}
	p.Co.N, p.Co.MeanX, p.Co.MeanY = n, sumX.over(n), e.sumY.over(n)
	p.Co.M2X, p.Co.M2Y = moment(n, sqX, sumX, sumX), moment(n, e.sqY, e.sumY, e.sumY)
	p.Co.CXY = moment(n, e.sxy, sumX, e.sumY)
	return p
}
