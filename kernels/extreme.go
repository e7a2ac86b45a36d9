package kernels

import "math"

// Min returns the smallest element of x:
//
//	for _, v := range x { lo = min(lo, v) }
//
// A NaN anywhere makes it NaN. Zeros are not told apart: a result that is zero
// is +0. With no elements ok is false and the result is NaN.
func Min(x []float64) (lo float64, ok bool) { return leastFloat64.value(x) }

// Max returns the largest element of x, by the rules of [Min].
func Max(x []float64) (hi float64, ok bool) { return greatestFloat64.value(x) }

// NanMin returns the smallest element of x that is not NaN:
//
//	for _, v := range x { if v == v { lo = min(lo, v) } }
//
// A result that is zero is +0. If there is no such element, ok is false and
// the result is NaN.
func NanMin(x []float64) (lo float64, ok bool) { return leastFloat64.number(x) }

// NanMax returns the largest element of x that is not NaN, by the rules of
// [NanMin].
func NanMax(x []float64) (hi float64, ok bool) { return greatestFloat64.number(x) }

// ArgMin returns the index of the first element that is [Min] of x:
//
//	for i, v := range x { if at < 0 || v < x[at] { at = i } }
//
// If there is a NaN it is the index of the first one. Zeros are equal. With no
// elements it is -1. The cost is that of Min and of a second look at up to
// 2,048 elements.
func ArgMin(x []float64) int { return placeFloat64(&leastFloat64, x) }

// ArgMax returns the index of the first element that is [Max] of x, by the
// rules of [ArgMin].
func ArgMax(x []float64) int { return placeFloat64(&greatestFloat64, x) }

var (
	leastFloat64    = extreme[float64]{false, math.Inf(1), math.NaN()}
	greatestFloat64 = extreme[float64]{true, math.Inf(-1), math.NaN()}
)

// placeFloat64 is place. For one block it calls the bodies itself: choosing them by type, twice,
// takes a third of a short call.
func placeFloat64(e *extreme[float64], x []float64) int {
	if len(x) == 0 || len(x) > block1 || active == levelGo {
		return e.place(x)
	}
	wide := active == levelAVX512
	best, at, nan := extremeFloat64(x, e.greatest, wide && !halves(len(x)))
	if nan != 0 {
		return e.place(x)
	}
	return at + indexOfFloat64Block(x[at:], best, wide)
}

func extremeFloat64(x []float64, greatest, wide bool) (best float64, piece int, nan uint64) {
	switch {
	case greatest && wide:
		return greatestAVX512(x)
	case greatest:
		return greatestAVX2(x)
	case wide:
		return leastAVX512(x)
	default:
		return leastAVX2(x)
	}
}
