package kernels

import "math"

// Norm1Float32 returns the sum of the absolute values as a float64: what [Norm1]
// gives for the same numbers as float64, to the bit on one level.
func Norm1Float32(x []float32) float64 {
	if len(x) > block1 {
		h := split(len(x), block1)
		return Norm1Float32(x[:h]) + Norm1Float32(x[h:])
	}
	safepoint()
	if active == levelAVX512 {
		return sumAbsFloat32AVX512(x)
	}
	if active == levelAVX2 {
		return sumAbsFloat32AVX2(x)
	}
	return sumAbsFloat32Go(x)
}

func sumAbsFloat32Go(x []float32) (total float64) {
	var part [run]float64
	for {
		n := min(len(x), run)
		widenGo(part[:n], x[:n])
		total += sumAbsRun(part[:n])
		if x = x[n:]; len(x) == 0 {
			return total
		}
	}
}

// Norm2Float32 returns the square root of the sum of squares as a float64. Squares
// of float32 are exact in float64 and none over- or underflows, so the relative
// error is half of that of [DotFloat32] and one rounding. NaN if there is a NaN,
// else +Inf if there is an infinity; 0 of no elements.
func Norm2Float32(x []float32) float64 { return math.Sqrt(DotFloat32(x, x)) }

// NormInfFloat32 is [NormInf] for float32.
func NormInfFloat32(x []float32) float32 {
	lo, hi, ok := MinMaxFloat32(x)
	if !ok {
		return 0
	}
	return max(-lo, hi)
}
