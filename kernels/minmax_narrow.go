package kernels

import "math"

// MinMaxFloat32 is [MinMax] for float32.
func MinMaxFloat32(x []float32) (lo, hi float32, ok bool) {
	if len(x) == 0 {
		return nan32(), nan32(), false
	}
	lo, hi = x[0], x[0]
	for len(x) > 0 {
		safepoint()
		part := x[:min(len(x), narrow1)]
		l, h := minMaxFloat32Block(part)
		lo, hi = min(lo, l), max(hi, h)
		x = x[len(part):]
	}
	if lo != lo || hi != hi {
		return nan32(), nan32(), true // one NaN for all levels
	}
	return lo + 0, hi + 0, true // -0 + 0 is +0
}

// nan32 returns the NaN of package math.
func nan32() float32 { return float32(math.NaN()) }

// minMaxFloat32Block needs at least one element. Of the zeros it may give either;
// any NaN makes both results NaN.
func minMaxFloat32Block(x []float32) (lo, hi float32) {
	if active == levelAVX512 {
		return minMaxFloat32AVX512(x)
	}
	if active == levelAVX2 {
		return minMaxFloat32AVX2(x)
	}
	return minMaxGo(x)
}

// MinMaxInt32 is [MinMaxInt64] for int32.
func MinMaxInt32(x []int32) (lo, hi int32, ok bool) {
	if len(x) == 0 {
		return 0, 0, false
	}
	lo, hi = x[0], x[0]
	for len(x) > 0 {
		safepoint()
		part := x[:min(len(x), narrow1)]
		l, h := minMaxInt32Block(part)
		lo, hi = min(lo, l), max(hi, h)
		x = x[len(part):]
	}
	return lo, hi, true
}

// minMaxInt32Block needs at least one element.
func minMaxInt32Block(x []int32) (lo, hi int32) {
	if active == levelAVX512 {
		return minMaxInt32AVX512(x)
	}
	if active == levelAVX2 {
		return minMaxInt32AVX2(x)
	}
	return minMaxInt32Go(x)
}

func minMaxInt32Go(x []int32) (lo, hi int32) {
	lo, hi = x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}
