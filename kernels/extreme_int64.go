package kernels

import "math"

// MinInt64 returns the smallest element of x:
//
//	for _, v := range x { lo = min(lo, v) }
//
// With no elements ok is false and the result is 0.
func MinInt64(x []int64) (lo int64, ok bool) {
	if len(x) == 0 {
		return 0, false
	}
	lo, _ = leastOfInt64(x)
	return lo, true
}

// MaxInt64 returns the largest element of x, by the rules of [MinInt64].
func MaxInt64(x []int64) (hi int64, ok bool) {
	if len(x) == 0 {
		return 0, false
	}
	hi, _ = greatestOfInt64(x)
	return hi, true
}

// ArgMinInt64 returns the index of the first of the smallest elements of x:
//
//	for i, v := range x { if at < 0 || v < x[at] { at = i } }
//
// With no elements it is -1. The cost is that of MinInt64 and of a second look
// at up to 2,048 elements.
func ArgMinInt64(x []int64) int {
	if len(x) == 0 {
		return -1
	}
	lo, at := leastOfInt64(x)
	return at + indexOfInt64(x[at:], lo)
}

// ArgMaxInt64 returns the index of the first of the largest elements of x, by
// the rules of [ArgMinInt64].
func ArgMaxInt64(x []int64) int {
	if len(x) == 0 {
		return -1
	}
	hi, at := greatestOfInt64(x)
	return at + indexOfInt64(x[at:], hi)
}

// leastOfInt64 returns the smallest element, and the start of a piece before
// which it does not stand.
func leastOfInt64(x []int64) (best int64, piece int) {
	best = math.MaxInt64
	for at := 0; at < len(x); at += block1 {
		safepoint()
		if v, p := leastBlockInt64(x[at:min(at+block1, len(x))]); v < best {
			best, piece = v, at+p
		}
	}
	return best, piece
}

func leastBlockInt64(x []int64) (best int64, piece int) {
	if active == levelAVX512 {
		return leastInt64AVX512(x)
	}
	if active == levelAVX2 {
		return leastInt64AVX2(x)
	}
	return leastInt64Go(x)
}

func leastInt64Go(x []int64) (best int64, piece int) {
	best = math.MaxInt64
	for i, v := range x {
		if v < best {
			best, piece = v, i/pieceSize*pieceSize
		}
	}
	return best, piece
}

// greatestOfInt64 is leastOfInt64 for the largest.
func greatestOfInt64(x []int64) (best int64, piece int) {
	best = math.MinInt64
	for at := 0; at < len(x); at += block1 {
		safepoint()
		if v, p := greatestBlockInt64(x[at:min(at+block1, len(x))]); v > best {
			best, piece = v, at+p
		}
	}
	return best, piece
}

func greatestBlockInt64(x []int64) (best int64, piece int) {
	if active == levelAVX512 {
		return greatestInt64AVX512(x)
	}
	if active == levelAVX2 {
		return greatestInt64AVX2(x)
	}
	return greatestInt64Go(x)
}

func greatestInt64Go(x []int64) (best int64, piece int) {
	best = math.MinInt64
	for i, v := range x {
		if v > best {
			best, piece = v, i/pieceSize*pieceSize
		}
	}
	return best, piece
}
