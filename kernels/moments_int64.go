package kernels

// MomentsInt64 is [MomentsOf] for integers. As in [CoMomentsInt64] the shift is
// taken off before a value becomes a float64, and where a block of 32 Ki elements
// spreads over 2^49 or more the plain-Go body runs.
func MomentsInt64(x []int64) Moments {
	if len(x) > block1 {
		h := split(len(x), block1)
		return MomentsInt64(x[:h]).Merge(MomentsInt64(x[h:]))
	}
	if len(x) == 0 {
		return Moments{}
	}
	safepoint()
	shift := pilotInt64(x)
	s1, s2 := shiftedInt64Block(x, shift)
	return momentsFrom(int64(len(x)), float64(shift), s1, s2)
}

// shiftedInt64Block trusts the vector bodies as coShiftedInt64Block does.
func shiftedInt64Block(x []int64, shift int64) (s1, s2 float64) {
	if active == levelGo || !shiftFits(shift) {
		return shiftedInt64Go(x, shift)
	}
	if active == levelAVX512 {
		s1, s2 = shiftedInt64AVX512(x, shift)
	} else {
		s1, s2 = shiftedInt64AVX2(x, shift)
	}
	if s2 < maxSquares { // false for NaN
		return s1, s2
	}
	return shiftedInt64Go(x, shift)
}

func shiftedInt64Go(x []int64, shift int64) (s1, s2 float64) {
	for len(x) > 0 {
		n := min(len(x), run)
		var a, b float64
		for _, v := range x[:n] {
			d := difference(v, shift)
			a, b = a+d, b+float64(d*d)
		}
		s1, s2 = s1+a, s2+b
		x = x[n:]
	}
	return s1, s2
}
