package kernels

import "math"

// MinFloat32 is [Min] for float32.
func MinFloat32(x []float32) (lo float32, ok bool) {
	lo, _, nan := leastOfFloat32(x)
	if len(x) == 0 || nan && indexNaNFloat32(x) < len(x) {
		return nan32(), len(x) > 0
	}
	return lo + 0, true // -0 + 0 is +0
}

// MaxFloat32 is [Max] for float32.
func MaxFloat32(x []float32) (hi float32, ok bool) {
	hi, _, nan := greatestOfFloat32(x)
	if len(x) == 0 || nan && indexNaNFloat32(x) < len(x) {
		return nan32(), len(x) > 0
	}
	return hi + 0, true
}

// NanMinFloat32 is [NanMin] for float32.
func NanMinFloat32(x []float32) (lo float32, ok bool) {
	lo, at, nan := leastOfFloat32(x)
	if (nan || len(x) == 0) && lo > math.MaxFloat32 && indexOfFloat32(x[at:], lo) == len(x)-at {
		return nan32(), false
	}
	return lo + 0, true
}

// NanMaxFloat32 is [NanMax] for float32.
func NanMaxFloat32(x []float32) (hi float32, ok bool) {
	hi, at, nan := greatestOfFloat32(x)
	if (nan || len(x) == 0) && hi < -math.MaxFloat32 && indexOfFloat32(x[at:], hi) == len(x)-at {
		return nan32(), false
	}
	return hi + 0, true
}

// ArgMinFloat32 is [ArgMin] for float32.
func ArgMinFloat32(x []float32) int {
	lo, at, nan := leastOfFloat32(x)
	return argOfFloat32(x, lo, at, nan)
}

// ArgMaxFloat32 is [ArgMax] for float32.
func ArgMaxFloat32(x []float32) int {
	hi, at, nan := greatestOfFloat32(x)
	return argOfFloat32(x, hi, at, nan)
}

// argOfFloat32 returns the first index of the best element, which is not before
// from.
func argOfFloat32(x []float32, best float32, from int, nan bool) int {
	if len(x) == 0 {
		return -1
	}
	if nan {
		if i := indexNaNFloat32(x); i < len(x) {
			return i
		}
	}
	return from + indexOfFloat32(x[from:], best)
}

// leastOfFloat32 is leastOf for float32.
func leastOfFloat32(x []float32) (best float32, piece int, nan bool) {
	best = float32(math.Inf(1))
	for at := 0; at < len(x); at += narrow1 {
		safepoint()
		v, p, seen := leastFloat32Block(x[at:min(at+narrow1, len(x))])
		if v < best {
			best, piece = v, at+p
		}
		nan = nan || seen != 0
	}
	return best, piece, nan
}

func leastFloat32Block(x []float32) (best float32, piece int, nan uint64) {
	if active == levelAVX512 {
		return leastFloat32AVX512(x)
	}
	if active == levelAVX2 {
		return leastFloat32AVX2(x)
	}
	return leastFloat32Go(x)
}

func leastFloat32Go(x []float32) (best float32, piece int, nan uint64) {
	best = float32(math.Inf(1))
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

// greatestOfFloat32 is greatestOf for float32.
func greatestOfFloat32(x []float32) (best float32, piece int, nan bool) {
	best = float32(math.Inf(-1))
	for at := 0; at < len(x); at += narrow1 {
		safepoint()
		v, p, seen := greatestFloat32Block(x[at:min(at+narrow1, len(x))])
		if v > best {
			best, piece = v, at+p
		}
		nan = nan || seen != 0
	}
	return best, piece, nan
}

func greatestFloat32Block(x []float32) (best float32, piece int, nan uint64) {
	if active == levelAVX512 {
		return greatestFloat32AVX512(x)
	}
	if active == levelAVX2 {
		return greatestFloat32AVX2(x)
	}
	return greatestFloat32Go(x)
}

func greatestFloat32Go(x []float32) (best float32, piece int, nan uint64) {
	best = float32(math.Inf(-1))
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
