package kernels

// Moments are the number of values, their mean, and M2, the sum of squared
// deviations from it. The zero value is that of no values. It is a plain value
// that can lie in shared memory.
//
// Partial Moments merge to those of the whole, so a mean or a variance can be
// had in parallel, in one pass, at the accuracy of two.
type Moments struct {
	N        int64
	Mean, M2 float64
}

// MomentsOf returns the moments of x: up to rounding the two loops
//
//	for _, v := range x { mean += v / n }
//	for _, v := range x { m2 += (v - mean) * (v - mean) }
//
// in one pass: each block of 32 Ki elements is summed after the mean of its
// first 64 has been taken off, and the blocks are merged. Those 64 are part of
// the block, so the deviation of this shift from the block's mean costs M2 a
// factor of 512 in rounding at the very worst, whatever the data: with
// u = 2^-53 its relative error is below (520 + 512)*512*u = 6e-11 then, and
// 1e-13 for data whose first 64 values are not apart from the rest by more
// than some standard deviations. M2 is never negative. NaN and infinities make
// M2 NaN; a sum of deviations beyond float64 makes it infinite or NaN.
func MomentsOf(x []float64) Moments {
	if len(x) > block1 {
		h := split(len(x), block1)
		return MomentsOf(x[:h]).Merge(MomentsOf(x[h:]))
	}
	if len(x) == 0 {
		return Moments{}
	}
	shift := pilot(x)
	s1, s2 := shiftedBlock(x, shift)
	return momentsFrom(int64(len(x)), shift, s1, s2)
}

// pilotSize is how many elements at a block's start give its shift.
const pilotSize = 64

// pilot returns a number near the values of x: the mean of the first of them,
// or 0 where that is not finite.
func pilot(x []float64) float64 {
	x = x[:min(len(x), pilotSize)]
	return finite(Sum(x) / float64(len(x)))
}

// pilotOf is pilot for all types that become float64 without loss.
func pilotOf[T float64 | float32 | int32](x []T) float64 {
	if x, ok := any(x).([]float64); ok {
		return pilot(x)
	}
	var first [pilotSize]float64
	x = x[:min(len(x), pilotSize)]
	for i, v := range x {
		first[i] = float64(v)
	}
	return pilot(first[:len(x)])
}

// finite returns v, or 0 in place of an infinity or a NaN.
func finite(v float64) float64 {
	if v-v != 0 {
		return 0
	}
	return v
}

// momentsFrom returns the moments of n values, given the sums of their
// deviations from shift and of the squares of these.
func momentsFrom(n int64, shift, s1, s2 float64) Moments {
	d := s1 / float64(n)
	return Moments{N: n, Mean: shift + d, M2: positive(s2 - float64(s1*d))}
}

// positive returns v, or 0 for what rounding made less than that. NaN stays.
func positive(v float64) float64 {
	if v < 0 {
		return 0
	}
	return v
}

// shiftedBlock returns the sums of v - shift and of its square.
func shiftedBlock(x []float64, shift float64) (s1, s2 float64) {
	if active == levelAVX512 {
		return shiftedAVX512(x, shift)
	}
	if active == levelAVX2 {
		return shiftedAVX2(x, shift)
	}
	return shiftedGo(x, shift)
}

func shiftedGo(x []float64, shift float64) (s1, s2 float64) {
	for len(x) > run {
		a, b := shiftedRun(x[:run], shift)
		s1, s2 = s1+a, s2+b
		x = x[run:]
	}
	a, b := shiftedRun(x, shift)
	return s1 + a, s2 + b
}

func shiftedRun(x []float64, shift float64) (s1, s2 float64) {
	var a1, a2, b1, b2 float64
	for len(x) >= 2 {
		a, b := x[0]-shift, x[1]-shift
		a1, a2 = a1+a, a2+float64(a*a)
		b1, b2 = b1+b, b2+float64(b*b)
		x = x[2:]
	}
	for _, v := range x {
		a := v - shift
		a1, a2 = a1+a, a2+float64(a*a)
	}
	return a1 + b1, a2 + b2
}

// Merge returns the moments of the values of both. It is exact if either is
// empty; otherwise it rounds a few times, all terms of M2 being positive.
func (m Moments) Merge(o Moments) Moments {
	if m.N == 0 {
		return o
	}
	if o.N == 0 {
		return m
	}
	n, mean, d, w := merged(m.N, o.N, m.Mean, o.Mean)
	return Moments{N: n, Mean: mean, M2: m.M2 + o.M2 + float64(d*float64(d*w))}
}

// merged returns the number and mean of two sets of values, the distance d of
// their means, and the weight w of its square in the sum of squares.
func merged(na, nb int64, a, b float64) (n int64, mean, d, w float64) {
	n = na + nb
	share := float64(nb) / float64(n)
	if a == b { // also equal infinities
		return n, a, 0, 0
	}
	d = b - a
	return n, a + float64(d*share), d, float64(na) * share
}

// Variance returns M2 / (N - ddof): of a sample for ddof 1, of a population
// for 0. With N <= ddof, and for a negative ddof, there is none: ok is false.
func (m Moments) Variance(ddof int64) (v float64, ok bool) {
	if ddof < 0 || m.N <= ddof {
		return 0, false
	}
	return m.M2 / float64(m.N-ddof), true
}
