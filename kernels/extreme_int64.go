package kernels

import "math"

// MinInt64 returns the smallest element of x:
//
//	for _, v := range x { lo = min(lo, v) }
//
// With no elements ok is false and the result is 0.
func MinInt64(x []int64) (lo int64, ok bool) { return leastInt64.value(x) }

// MaxInt64 returns the largest element of x, by the rules of [MinInt64].
func MaxInt64(x []int64) (hi int64, ok bool) { return greatestInt64.value(x) }

// ArgMinInt64 returns the index of the first of the smallest elements of x:
//
//	for i, v := range x { if at < 0 || v < x[at] { at = i } }
//
// With no elements it is -1. The cost is that of MinInt64 and of a second look
// at up to 2,048 elements.
func ArgMinInt64(x []int64) int { return placeInt64(&leastInt64, x) }

// ArgMaxInt64 returns the index of the first of the largest elements of x, by
// the rules of [ArgMinInt64].
func ArgMaxInt64(x []int64) int { return placeInt64(&greatestInt64, x) }

var (
	leastInt64    = extreme[int64]{false, math.MaxInt64, 0}
	greatestInt64 = extreme[int64]{true, math.MinInt64, 0}
)

// placeInt64 is placeFloat64 for integers, of which none is NaN.
func placeInt64(e *extreme[int64], x []int64) int {
	if len(x) == 0 || len(x) > block1 || active == levelGo {
		return e.place(x)
	}
	wide := active == levelAVX512
	best, at, _ := extremeInt64(x, e.greatest, wide)
	return at + indexOfInt64Block(x[at:], best, wide)
}

func extremeInt64(x []int64, greatest, wide bool) (best int64, piece int, nan uint64) {
	switch {
	case greatest && wide:
		return greatestInt64AVX512(x)
	case greatest:
		return greatestInt64AVX2(x)
	case wide:
		return leastInt64AVX512(x)
	default:
		return leastInt64AVX2(x)
	}
}
