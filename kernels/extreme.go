package kernels

import "math"

// Min returns the smallest element of x:
//
//	for _, v := range x { lo = min(lo, v) }
//
// A NaN anywhere makes it NaN. Zeros are not told apart: a result that is zero
// is +0. With no elements ok is false and the result is NaN.
func Min(x []float64) (lo float64, ok bool) {
	lo, _, nan := leastOf(x)
	if len(x) == 0 || nan && indexNaN(x) < len(x) {
		return math.NaN(), len(x) > 0
	}
	return lo + 0, true // -0 + 0 is +0
}

// Max returns the largest element of x, by the rules of [Min].
func Max(x []float64) (hi float64, ok bool) {
	hi, _, nan := greatestOf(x)
	if len(x) == 0 || nan && indexNaN(x) < len(x) {
		return math.NaN(), len(x) > 0
	}
	return hi + 0, true
}

// NanMin returns the smallest element of x that is not NaN:
//
//	for _, v := range x { if v == v { lo = min(lo, v) } }
//
// A result that is zero is +0. If there is no such element, ok is false and
// the result is NaN.
func NanMin(x []float64) (lo float64, ok bool) {
	lo, at, nan := leastOf(x)
	if (nan || len(x) == 0) && lo > math.MaxFloat64 && indexOf(x[at:], lo) == len(x)-at {
		return math.NaN(), false
	}
	return lo + 0, true
}

// NanMax returns the largest element of x that is not NaN, by the rules of
// [NanMin].
func NanMax(x []float64) (hi float64, ok bool) {
	hi, at, nan := greatestOf(x)
	if (nan || len(x) == 0) && hi < -math.MaxFloat64 && indexOf(x[at:], hi) == len(x)-at {
		return math.NaN(), false
	}
	return hi + 0, true
}

// ArgMin returns the index of the first element that is [Min] of x:
//
//	for i, v := range x { if at < 0 || v < x[at] { at = i } }
//
// If there is a NaN it is the index of the first one. Zeros are equal. With no
// elements it is -1. The cost is that of Min and of a second look at up to
// 2,048 elements.
func ArgMin(x []float64) int {
	lo, at, nan := leastOf(x)
	return argOf(x, lo, at, nan)
}

// ArgMax returns the index of the first element that is [Max] of x, by the
// rules of [ArgMin].
func ArgMax(x []float64) int {
	hi, at, nan := greatestOf(x)
	return argOf(x, hi, at, nan)
}

// argOf returns the first index of the best element, which is not before from.
func argOf(x []float64, best float64, from int, nan bool) int {
	if len(x) == 0 {
		return -1
	}
	if nan {
		if i := indexNaN(x); i < len(x) {
			return i
		}
	}
	return from + indexOf(x[from:], best)
}

// pieceSize is how many elements a search for the best one takes at a time:
// only the piece that it found is searched for its place.
const pieceSize = 2048

// leastOf returns the smallest element that is not NaN, +Inf if there is none,
// the start of a piece before which it does not stand, and whether a NaN does.
func leastOf(x []float64) (best float64, piece int, nan bool) {
	best = math.Inf(1)
	for at := 0; at < len(x); at += block1 {
		safepoint()
		v, p, seen := leastBlock(x[at:min(at+block1, len(x))])
		if v < best {
			best, piece = v, at+p
		}
		nan = nan || seen != 0
	}
	return best, piece, nan
}

func leastBlock(x []float64) (best float64, piece int, nan uint64) {
	if active == levelAVX512 {
		return leastAVX512(x)
	}
	if active == levelAVX2 {
		return leastAVX2(x)
	}
	return leastGo(x)
}

func leastGo(x []float64) (best float64, piece int, nan uint64) {
	best = math.Inf(1)
	for i, v := range x {
		if v < best {
			best, piece = v, i/pieceSize*pieceSize
		}
		if v != v {
			nan = 1
		}
	}
	return best, piece, nan
}

// greatestOf is leastOf for the largest, -Inf if there is none.
func greatestOf(x []float64) (best float64, piece int, nan bool) {
	best = math.Inf(-1)
	for at := 0; at < len(x); at += block1 {
		safepoint()
		v, p, seen := greatestBlock(x[at:min(at+block1, len(x))])
		if v > best {
			best, piece = v, at+p
		}
		nan = nan || seen != 0
	}
	return best, piece, nan
}

func greatestBlock(x []float64) (best float64, piece int, nan uint64) {
	if active == levelAVX512 {
		return greatestAVX512(x)
	}
	if active == levelAVX2 {
		return greatestAVX2(x)
	}
	return greatestGo(x)
}

func greatestGo(x []float64) (best float64, piece int, nan uint64) {
	best = math.Inf(-1)
	for i, v := range x {
		if v > best {
			best, piece = v, i/pieceSize*pieceSize
		}
		if v != v {
			nan = 1
		}
	}
	return best, piece, nan
}
