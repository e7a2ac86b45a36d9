package kernels

import "math"

// MinMax returns the smallest and the largest element of x in one pass:
//
//	for _, v := range x { lo, hi = min(lo, v), max(hi, v) }
//
// A NaN anywhere makes both NaN. Zeros are not told apart: a result that is
// zero is +0. With no elements ok is false and both are NaN.
func MinMax(x []float64) (lo, hi float64, ok bool) {
	if len(x) == 0 {
		return math.NaN(), math.NaN(), false
	}
	lo, hi = minMaxBlock(x[:min(len(x), block1)])
	for len(x) > block1 {
		safepoint()
		x = x[block1:]
		l, h := minMaxBlock(x[:min(len(x), block1)])
		lo, hi = min(lo, l), max(hi, h)
	}
	if lo != lo || hi != hi {
		return math.NaN(), math.NaN(), true // one NaN for all levels
	}
	return lo + 0, hi + 0, true // -0 + 0 is +0
}

// minMaxBlock needs at least one element. Of the zeros it may give either; any
// NaN makes both results NaN.
func minMaxBlock(x []float64) (lo, hi float64) {
	if active == levelAVX512 {
		return minMaxAVX512(x)
	}
	if active == levelAVX2 {
		return minMaxAVX2(x)
	}
	return minMaxGo(x)
}

func minMaxGo[T float64 | float32](x []T) (lo, hi T) {
	lo, hi = x[0], x[0]
	for _, v := range x {
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
		if v != v {
			return v, v
		}
	}
	return lo, hi
}

// MinMaxInt64 returns the smallest and the largest element of x in one pass:
//
//	for _, v := range x { lo, hi = min(lo, v), max(hi, v) }
//
// With no elements ok is false and both are 0.
func MinMaxInt64(x []int64) (lo, hi int64, ok bool) {
	if len(x) == 0 {
		return 0, 0, false
	}
	lo, hi = minMaxInt64Block(x[:min(len(x), block1)])
	for len(x) > block1 {
		safepoint()
		x = x[block1:]
		l, h := minMaxInt64Block(x[:min(len(x), block1)])
		lo, hi = min(lo, l), max(hi, h)
	}
	return lo, hi, true
}

// minMaxInt64Block needs at least one element.
func minMaxInt64Block(x []int64) (lo, hi int64) {
	if active == levelAVX512 {
		return minMaxInt64AVX512(x)
	}
	if active == levelAVX2 {
		return minMaxInt64AVX2(x)
	}
	return minMaxInt64Go(x)
}

func minMaxInt64Go(x []int64) (lo, hi int64) {
	lo, hi = x[0], x[0]
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}
