package kernels

// CoMomentsInt64 is [CoMomentsOf] for integers. The shift is taken off before
// a value becomes a float64, so within a block large values with a small
// spread (timestamps) lose nothing; the means are float64, so between blocks
// they lose what a float64 of their size does.
//
// Where a block of 16 Ki pairs spreads over 2^49 or more, the plain-Go body
// runs, about ten times slower.
//
// Preconditions: len(x) == len(y); else it panics.
func CoMomentsInt64(x, y []int64) CoMoments {
	sameLength(len(x), len(y))
	if len(x) > block2 {
		h := split(len(x), block2)
		return CoMomentsInt64(x[:h], y[:h]).Merge(CoMomentsInt64(x[h:], y[h:]))
	}
	if len(x) == 0 {
		return CoMoments{}
	}
	safepoint()
	px, py := pilotInt64(x), pilotInt64(y)
	s := coShiftedInt64Block(x, y, px, py)
	return s.moments64(int64(len(x)), px, py)
}

// moments64 are those of n pairs, given the shifts that were taken off.
func (s *coSums) moments64(n, shiftX, shiftY int64) CoMoments {
	return s.moments(n, float64(shiftX), float64(shiftY))
}

// pilotInt64 returns a number near the values of x: the mean of the first of
// them, rounded down or up.
func pilotInt64(x []int64) int64 {
	x = x[:min(len(x), pilotSize)]
	mean := int64(0)
	for _, v := range x {
		mean += v / int64(len(x)) // the fractions are left out: at most one each
	}
	return mean
}

const (
	// A shift of a larger magnitude is left to the plain-Go body, so that a
	// difference that wraps round is at least 2^62 and shows in its square.
	maxShift = 1 << 62
	// A sum of squares below this proves that no difference reached 2^50,
	// where the vector conversion to float64 ends and wrapping begins.
	maxSquares = 1 << 100
)

func coShiftedInt64Block(x, y []int64, shiftX, shiftY int64) (s coSums) {
	if active == levelGo || !shiftFits(shiftX) || !shiftFits(shiftY) {
		return coShiftedInt64Go(x, y, shiftX, shiftY)
	}
	if active == levelAVX512 {
		s.x, s.y, s.xx, s.yy, s.xy = coShiftedInt64AVX512(x, y, shiftX, shiftY)
	} else {
		s.x, s.y, s.xx, s.yy, s.xy = coShiftedInt64AVX2(x, y, shiftX, shiftY)
	}
	if s.xx < maxSquares && s.yy < maxSquares { // false for NaN
		return s
	}
	return coShiftedInt64Go(x, y, shiftX, shiftY)
}

func shiftFits(shift int64) bool { return -maxShift <= shift && shift <= maxShift }

func coShiftedInt64Go(x, y []int64, shiftX, shiftY int64) (s coSums) {
	for len(x) > 0 {
		part := min(len(x), run)
		var r coSums
		for i, v := range x[:part] {
			r.add(difference(v, shiftX), difference(y[i], shiftY))
		}
		s.merge(&r)
		x, y = x[part:], y[part:]
	}
	return s
}

// difference returns a - b, rounded once if the difference fits into an int64.
func difference(a, b int64) float64 {
	d := a - b
	if (a^b)&(a^d) < 0 { // it does not fit
		return float64(a) - float64(b)
	}
	return float64(d)
}
