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
	leastInt32    = extreme[int32]{false, math.MaxInt32, 0}
	greatestInt32 = extreme[int32]{true, math.MinInt32, 0}
)

func extremeInt32(x []int32, greatest, wide bool) (best int32, piece int, nan uint64) {
	switch {
	case greatest && wide:
		return greatestInt32AVX512(x)
	case greatest:
		return greatestInt32AVX2(x)
	case wide:
		return leastInt32AVX512(x)
	default:
		return leastInt32AVX2(x)
	}
}
