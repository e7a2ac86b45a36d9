package kernels

import "math"

// MinInt32 is [MinInt64] for int32.
func MinInt32(x []int32) (lo int32, ok bool) { return leastInt32.value(x) }

// MaxInt32 is [MaxInt64] for int32.
func MaxInt32(x []int32) (hi int32, ok bool) { return greatestInt32.value(x) }

// ArgMinInt32 is [ArgMinInt64] for int32.
func ArgMinInt32(x []int32) int { return leastInt32.place(x) }

// ArgMaxInt32 is [ArgMaxInt64] for int32.
func ArgMaxInt32(x []int32) int { return greatestInt32.place(x) }

var (
	leastInt32    = extreme[int32]{leastInt32AVX512, leastInt32AVX2, leastGo[int32], below[int32], indexOfInt32, nil, math.MaxInt32, 0}
	greatestInt32 = extreme[int32]{greatestInt32AVX512, greatestInt32AVX2, greatestGo[int32], above[int32], indexOfInt32, nil, math.MinInt32, 0}
)
