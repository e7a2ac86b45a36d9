package kernels

import "math"

// Norm1 returns the sum of the absolute values: up to rounding the loop
//
//	for _, v := range x { s += math.Abs(v) }
//
// with the error bound of [Sum], which is relative here. NaN and infinities
// spread as in the loop.
func Norm1(x []float64) float64 {
	if len(x) > block1 {
		h := split(len(x), block1)
		return Norm1(x[:h]) + Norm1(x[h:])
	}
	safepoint()
	if active == levelAVX512 {
		return sumAbsAVX512(x)
	}
	if active == levelAVX2 {
		return sumAbsAVX2(x)
	}
	return sumAbsGo(x)
}

func sumAbsGo(x []float64) float64 {
	total := 0.0
	for len(x) > run {
		total += sumAbsRun(x[:run])
		x = x[run:]
	}
	return total + sumAbsRun(x)
}

func sumAbsRun(x []float64) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		s0 += math.Abs(x[0])
		s1 += math.Abs(x[1])
		s2 += math.Abs(x[2])
		s3 += math.Abs(x[3])
		x = x[4:]
	}
	for _, v := range x {
		s0 += math.Abs(v)
	}
	return (s0 + s2) + (s1 + s3)
}

// NormInf returns the largest absolute value, NaN if there is a NaN, and 0 of no
// elements.
func NormInf(x []float64) float64 {
	lo, hi, ok := MinMax(x)
	if !ok {
		return 0
	}
	return max(-lo, hi)
}

// Norm2 returns the square root of the sum of squares, of any numbers: squares
// that would over- or underflow are scaled. The relative error is at most (75 +
// log2(n)/2) * 2^-53. NaN if there is a NaN, else +Inf if there is an infinity;
// 0 of no elements. It takes one pass, as [Dot] does, and more only if that sum
// is below 2^-900 or infinite.
func Norm2(x []float64) float64 {
	const small, huge = 0x1p-600, 0x1p600
	switch sum := Dot(x, x); {
	case sum < 0x1p-900:
		return small * math.Sqrt(scaledSquares(x, huge))
	case math.IsInf(sum, 1):
		return huge * math.Sqrt(scaledSquares(x, small))
	default:
		return math.Sqrt(sum)
	}
}

// scaledSquares returns the sum of the squares of a*x.
func scaledSquares(x []float64, a float64) float64 {
	if len(x) > run {
		h := split(len(x), run)
		return scaledSquares(x[:h], a) + scaledSquares(x[h:], a)
	}
	safepoint()
	var scaled [run]float64
	for i, v := range x {
		scaled[i] = a * v
	}
	return Dot(scaled[:len(x)], scaled[:len(x)])
}
