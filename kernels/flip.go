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
func flip(dst, x []int64, c int64) { keys(opFlipKeys, dst, x, c) }
