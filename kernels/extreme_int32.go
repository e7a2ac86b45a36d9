package kernels

import "math"

// MinInt32 is [MinInt64] for int32.
func MinInt32(x []int32) (lo int32, ok bool) {
	if len(x) == 0 {
		return 0, false
	}
	lo, _ = leastOfInt32(x)
	return lo, true
}

// MaxInt32 is [MaxInt64] for int32.
func MaxInt32(x []int32) (hi int32, ok bool) {
	if len(x) == 0 {
		return 0, false
	}
	hi, _ = greatestOfInt32(x)
	return hi, true
}

// ArgMinInt32 is [ArgMinInt64] for int32.
func ArgMinInt32(x []int32) int {
	if len(x) == 0 {
		return -1
	}
	lo, at := leastOfInt32(x)
	return at + indexOfInt32(x[at:], lo)
}

// ArgMaxInt32 is [ArgMaxInt64] for int32.
func ArgMaxInt32(x []int32) int {
	if len(x) == 0 {
		return -1
	}
	hi, at := greatestOfInt32(x)
	return at + indexOfInt32(x[at:], hi)
}

// leastOfInt32 is leastOfInt64 for int32.
func leastOfInt32(x []int32) (best int32, piece int) {
	best = math.MaxInt32
	for at := 0; at < len(x); at += narrow1 {
		safepoint()
		if v, p := leastInt32Block(x[at:min(at+narrow1, len(x))]); v < best {
			best, piece = v, at+p
		}
	}
	return best, piece
}

func leastInt32Block(x []int32) (best int32, piece int) {
	if active == levelAVX512 {
		return leastInt32AVX512(x)
	}
	if active == levelAVX2 {
		return leastInt32AVX2(x)
	}
	return leastInt32Go(x)
}

func leastInt32Go(x []int32) (best int32, piece int) {
	best = math.MaxInt32
	for i, v := range x {
		if v < best {
			best, piece = v, i/pieceSize*pieceSize
		}
	}
	return best, piece
}

// greatestOfInt32 is leastOfInt32 for the largest.
func greatestOfInt32(x []int32) (best int32, piece int) {
	best = math.MinInt32
	for at := 0; at < len(x); at += narrow1 {
		safepoint()
		if v, p := greatestInt32Block(x[at:min(at+narrow1, len(x))]); v > best {
			best, piece = v, at+p
		}
	}
	return best, piece
}

func greatestInt32Block(x []int32) (best int32, piece int) {
	if active == levelAVX512 {
		return greatestInt32AVX512(x)
	}
	if active == levelAVX2 {
		return greatestInt32AVX2(x)
	}
	return greatestInt32Go(x)
}

func greatestInt32Go(x []int32) (best int32, piece int) {
	best = math.MinInt32
	for i, v := range x {
		if v > best {
			best, piece = v, i/pieceSize*pieceSize
		}
	}
	return best, piece
}
