package kernels

// MomentsFloat32 returns the moments of x in float64: what [MomentsOf] gives for
// the same numbers as float64, to the bit on one level.
func MomentsFloat32(x []float32) Moments { return momentsNarrow(x, shiftedFloat32Block) }

// MomentsInt32 returns the moments of x in float64: what [MomentsOf] gives for the
// same numbers as float64, to the bit on one level.
func MomentsInt32(x []int32) Moments { return momentsNarrow(x, shiftedInt32Block) }

func momentsNarrow[T int32 | float32](x []T, shifted func(x []T, shift float64) (s1, s2 float64)) Moments {
	if len(x) > block1 {
		h := split(len(x), block1)
		return momentsNarrow(x[:h], shifted).Merge(momentsNarrow(x[h:], shifted))
	}
	if len(x) == 0 {
		return Moments{}
	}
	safepoint()
	shift := pilotOf(x)
	s1, s2 := shifted(x, shift)
	return momentsFrom(int64(len(x)), shift, s1, s2)
}

func shiftedFloat32Block(x []float32, shift float64) (s1, s2 float64) {
	if active == levelAVX512 {
		return shiftedFloat32AVX512(x, shift)
	}
	if active == levelAVX2 {
		return shiftedFloat32AVX2(x, shift)
	}
	return shiftedNarrowGo(x, shift)
}

func shiftedInt32Block(x []int32, shift float64) (s1, s2 float64) {
	if active == levelAVX512 {
		return shiftedInt32AVX512(x, shift)
	}
	if active == levelAVX2 {
		return shiftedInt32AVX2(x, shift)
	}
	return shiftedNarrowGo(x, shift)
}

func shiftedNarrowGo[T int32 | float32](x []T, shift float64) (s1, s2 float64) {
	var part [run]float64
	for {
		n := min(len(x), run)
		widenGo(part[:n], x[:n])
		a, b := shiftedRun(part[:n], shift)
		s1, s2 = s1+a, s2+b
		if x = x[n:]; len(x) == 0 {
			return s1, s2
		}
	}
}
