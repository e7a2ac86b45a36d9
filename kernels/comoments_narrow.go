package kernels

// CoMomentsFloat32 returns the moments of pairs in float64: what [CoMomentsOf]
// gives for the same numbers as float64, to the bit on one level.
//
// Preconditions: len(x) == len(y); else it panics.
func CoMomentsFloat32(x, y []float32) CoMoments {
	return coMomentsNarrow(x, y, coShiftedFloat32Block)
}

// CoMomentsInt32 is [CoMomentsFloat32] for int32.
func CoMomentsInt32(x, y []int32) CoMoments { return coMomentsNarrow(x, y, coShiftedInt32Block) }

func coMomentsNarrow[T int32 | float32](x, y []T, shifted func(x, y []T, shiftX, shiftY float64) coSums) CoMoments {
	sameLength(len(x), len(y))
	if len(x) > block2 {
		h := split(len(x), block2)
		return coMomentsNarrow(x[:h], y[:h], shifted).Merge(coMomentsNarrow(x[h:], y[h:], shifted))
	}
	if len(x) == 0 {
		return CoMoments{}
	}
	safepoint()
	px, py := pilotNarrow(x), pilotNarrow(y)
	s := shifted(x, y, px, py)
	return s.moments(int64(len(x)), px, py)
}

// pilotNarrow is pilot for elements of 4 bytes.
func pilotNarrow[T int32 | float32](x []T) float64 {
	var first [pilotSize]float64
	n := min(len(x), pilotSize)
	widenGo(first[:n], x[:n])
	return pilot(first[:n])
}

func coShiftedFloat32Block(x, y []float32, shiftX, shiftY float64) (s coSums) {
	if active == levelAVX512 {
		s.x, s.y, s.xx, s.yy, s.xy = coShiftedFloat32AVX512(x, y, shiftX, shiftY)
		return s
	}
	if active == levelAVX2 {
		s.x, s.y, s.xx, s.yy, s.xy = coShiftedFloat32AVX2(x, y, shiftX, shiftY)
		return s
	}
	return coShiftedGo(x, y, shiftX, shiftY)
}

func coShiftedInt32Block(x, y []int32, shiftX, shiftY float64) (s coSums) {
	if active == levelAVX512 {
		s.x, s.y, s.xx, s.yy, s.xy = coShiftedInt32AVX512(x, y, shiftX, shiftY)
		return s
	}
	if active == levelAVX2 {
		s.x, s.y, s.xx, s.yy, s.xy = coShiftedInt32AVX2(x, y, shiftX, shiftY)
		return s
	}
	return coShiftedGo(x, y, shiftX, shiftY)
}
