package kernels

import "math"

// Integers with some bits flipped are in another order: without its sign bit an
// unsigned integer becomes a signed one of the same order, and what has all its
// bits flipped is in the opposite order. So all sorts of integers are one.
const (
	flipUnsigned           = math.MinInt64
	flipDescending         = -1
	flipUnsignedDescending = flipUnsigned ^ flipDescending
	flipNegative           = math.MinInt64 // of a float64
)

// flip writes x with the bits of c flipped to dst, which may be x.
func flip(dst, x []int64, c int64) {
	var p pace
	for len(dst) > 0 {
		p.spend(block2, lookElems)
		n := min(len(dst), block2)
		flipBlock(dst[:n], x[:n], c)
		dst, x = dst[n:], x[n:]
	}
}

func flipBlock(dst, x []int64, c int64) {
	switch active {
	case levelAVX512:
		flipAVX512(&dst[0], x, c, 0)
	case levelAVX2:
		flipAVX2(&dst[0], x, c, 0)
	default:
		flipGo(dst, x, c)
	}
}

func flipGo(dst, x []int64, c int64) {
	for i, v := range x {
		dst[i] = v ^ c
	}
}
