package kernels

import "math"

// CoMoments are the moments of pairs: their number, both means, both sums of
// squared deviations, and CXY, the sum of the products of the deviations. The
// zero value is that of no pairs. It is a plain value that can lie in shared
// memory, and partial values merge.
type CoMoments struct {
	N             int64
	MeanX, MeanY  float64
	M2X, M2Y, CXY float64
}

// coSums are the sums over pairs of shifted values.
type coSums struct{ x, y, xx, yy, xy float64 }

// CoMomentsOf returns the moments of the pairs (x[i], y[i]): up to rounding
// the loops
//
//	for i := range x { mx += x[i] / n; my += y[i] / n }
//	for i := range x { dx, dy := x[i]-mx, y[i]-my; m2x += dx*dx; m2y += dy*dy; cxy += dx*dy }
//
// in one pass over shifted values, by blocks of 16 Ki pairs; see [MomentsOf]
// for how that keeps its accuracy, and for NaN and infinities. The error of
// CXY is that of M2 with sqrt(M2X*M2Y) in M2's place.
//
// Preconditions: len(x) == len(y); else it panics.
func CoMomentsOf(x, y []float64) CoMoments { return coMoments(x, y) }

// coMoments is CoMomentsOf for all types that become float64 without loss.
func coMoments[T float64 | float32 | int32](x, y []T) CoMoments {
	sameLength(len(x), len(y))
	if len(x) > block2 {
		h := split(len(x), block2)
		return coMoments(x[:h], y[:h]).Merge(coMoments(x[h:], y[h:]))
	}
	if len(x) == 0 {
		return CoMoments{}
	}
	safepoint()
	px, py := pilotOf(x), pilotOf(y)
	s := coShiftedBlock(x, y, px, py)
	return s.moments(int64(len(x)), px, py)
}

// moments are those of n pairs, given the shifts that were taken off.
func (s *coSums) moments(n int64, shiftX, shiftY float64) CoMoments {
	x := momentsFrom(n, shiftX, s.x, s.xx)
	y := momentsFrom(n, shiftY, s.y, s.yy)
	return CoMoments{
		N: n, MeanX: x.Mean, MeanY: y.Mean, M2X: x.M2, M2Y: y.M2,
		CXY: s.xy - float64(s.x*(s.y/float64(n))),
	}
}

// coShiftedBlock chooses the body by the type of the columns, which have the same.
func coShiftedBlock[T float64 | float32 | int32](x, y []T, shiftX, shiftY float64) (s coSums) {
	if active == levelGo {
		return coShiftedGo(x, y, shiftX, shiftY)
	}
	wide := active == levelAVX512
	switch x := any(x).(type) {
	case []float64:
		y := any(y).([]float64)
		if wide {
			s.x, s.y, s.xx, s.yy, s.xy = coShiftedAVX512(x, y, shiftX, shiftY)
		} else {
			s.x, s.y, s.xx, s.yy, s.xy = coShiftedAVX2(x, y, shiftX, shiftY)
		}
	case []float32:
		y := any(y).([]float32)
		if wide {
			s.x, s.y, s.xx, s.yy, s.xy = coShiftedFloat32AVX512(x, y, shiftX, shiftY)
		} else {
			s.x, s.y, s.xx, s.yy, s.xy = coShiftedFloat32AVX2(x, y, shiftX, shiftY)
		}
	case []int32:
		y := any(y).([]int32)
		if wide {
			s.x, s.y, s.xx, s.yy, s.xy = coShiftedInt32AVX512(x, y, shiftX, shiftY)
		} else {
			s.x, s.y, s.xx, s.yy, s.xy = coShiftedInt32AVX2(x, y, shiftX, shiftY)
		}
	}
	return s
}

func coShiftedGo[T float64 | float32 | int32](x, y []T, shiftX, shiftY float64) (s coSums) {
	for len(x) > 0 {
		part := min(len(x), run)
		var r coSums
		for i, v := range x[:part] {
			r.add(float64(v)-shiftX, float64(y[i])-shiftY)
		}
		s.merge(&r)
		x, y = x[part:], y[part:]
	}
	return s
}

func (s *coSums) add(dx, dy float64) {
	s.x += dx
	s.y += dy
	s.xx += float64(dx * dx)
	s.yy += float64(dy * dy)
	s.xy += float64(dx * dy)
}

func (s *coSums) merge(r *coSums) {
	s.x += r.x
	s.y += r.y
	s.xx += r.xx
	s.yy += r.yy
	s.xy += r.xy
}

// Merge returns the moments of the pairs of both.
func (c CoMoments) Merge(o CoMoments) CoMoments {
	if c.N == 0 {
		return o
	}
	if o.N == 0 {
		return c
	}
	n, meanX, dx, wx := merged(c.N, o.N, c.MeanX, o.MeanX)
	_, meanY, dy, wy := merged(c.N, o.N, c.MeanY, o.MeanY)
	return CoMoments{
		N: n, MeanX: meanX, MeanY: meanY,
		M2X: c.M2X + o.M2X + float64(dx*float64(dx*wx)),
		M2Y: c.M2Y + o.M2Y + float64(dy*float64(dy*wy)),
		CXY: c.CXY + o.CXY + float64(dx*float64(dy*min(wx, wy))), // one is 0 if its d is
	}
}

// Corr returns Pearson's correlation, between -1 and 1. With fewer than two
// pairs, or where one side does not vary, there is none: ok is false.
func (c CoMoments) Corr() (r float64, ok bool) {
	if c.N < 2 || c.M2X == 0 || c.M2Y == 0 {
		return 0, false
	}
	if p := c.M2X * c.M2Y; p > 0x1p-900 && p < 0x1p900 {
		r = c.CXY / math.Sqrt(p) // rounds less
	} else {
		r = c.CXY / math.Sqrt(c.M2X) / math.Sqrt(c.M2Y)
	}
	return max(-1, min(1, r)), true // NaN stays NaN
}

// X returns the moments of the first column.
func (c CoMoments) X() Moments { return Moments{c.N, c.MeanX, c.M2X} }

// Y returns the moments of the second column.
func (c CoMoments) Y() Moments { return Moments{c.N, c.MeanY, c.M2Y} }
