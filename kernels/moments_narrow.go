package kernels

// MomentsFloat32 returns the moments of x in float64: what [MomentsOf] gives for
// the same numbers as float64, to the bit on one level.
func MomentsFloat32(x []float32) Moments { return momentsNarrow(x) }

// MomentsInt32 returns the moments of x in float64: what [MomentsOf] gives for the
// same numbers as float64, to the bit on one level.
func MomentsInt32(x []int32) Moments { return momentsNarrow(x) }

func momentsNarrow[T int32 | float32](x []T) Moments {
	if len(x) > block1 {
		h := split(len(x), block1)
		return momentsNarrow(x[:h]).Merge(momentsNarrow(x[h:]))
	}
	if len(x) == 0 {
		return Moments{}
	}
	safepoint()
	shift := pilotOf(x)
	s1, s2 := shiftedNarrowBlock(x, shift)
	return momentsFrom(int64(len(x)), shift, s1, s2)
}

// shiftedNarrowBlock chooses the body by the type of the column.
func shiftedNarrowBlock[T int32 | float32](x []T, shift float64) (s1, s2 float64) {
	if active == levelGo {
		return shiftedNarrowGo(x, shift)
	}
	wide := active == levelAVX512
	switch x := any(x).(type) {
	case []float32:
		if wide {
			return shiftedFloat32AVX512(x, shift)
		}
		return shiftedFloat32AVX2(x, shift)
	case []int32:
		if wide {
			return shiftedInt32AVX512(x, shift)
		}
		return shiftedInt32AVX2(x, shift)
	}
	return 0, 0
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
