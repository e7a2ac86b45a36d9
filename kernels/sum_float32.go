package kernels

// SumFloat32 returns the sum of x as a float64: the loop
//
//	for _, v := range x { s += float64(v) }
//
// in the order of [Sum]. It is what Sum gives for the same numbers as float64, to
// the bit on one level, with its error bound: (144 + log2 n) * 2^-53 * sum|x|. No
// sum of finite elements overflows. The conversions cost time where x is in the
// caches, not where it comes from memory.
func SumFloat32(x []float32) float64 {
	if len(x) > block1 {
		h := split(len(x), block1)
		return SumFloat32(x[:h]) + SumFloat32(x[h:])
	}
	safepoint()
	if active == levelAVX512 {
		return sumFloat32AVX512(x)
	}
	if active == levelAVX2 {
		return sumFloat32AVX2(x)
	}
	return sumFloat32Go(x)
}

func sumFloat32Go(x []float32) float64 {
	total := 0.0
	for len(x) > run {
		total += sumRunFloat32(x[:run])
		x = x[run:]
	}
	return total + sumRunFloat32(x)
}

func sumRunFloat32(x []float32) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		s0 += float64(x[0])
		s1 += float64(x[1])
		s2 += float64(x[2])
		s3 += float64(x[3])
		x = x[4:]
	}
	for _, v := range x {
		s0 += float64(v)
	}
	return (s0 + s2) + (s1 + s3)
}

// DotFloat32 returns the inner product of x and y as a float64: the loop
//
//	for i, v := range x { s += float64(v) * float64(y[i]) }
//
// in the order of [Dot]. Products of two float32 are exact in float64, so nothing
// over- or underflows and the error is that of [SumFloat32] with sum|x*y|. It is
// what Dot gives for the same numbers as float64, to the bit on one level.
//
// Preconditions: len(x) == len(y); else it panics.
func DotFloat32(x, y []float32) float64 {
	sameLength(len(x), len(y))
	if len(x) > block2 {
		h := split(len(x), block2)
		return DotFloat32(x[:h], y[:h]) + DotFloat32(x[h:], y[h:])
	}
	safepoint()
	if active == levelAVX512 {
		return dotFloat32AVX512(x, y)
	}
	if active == levelAVX2 {
		return dotFloat32AVX2(x, y)
	}
	return dotFloat32Go(x, y)
}

func dotFloat32Go(x, y []float32) float64 {
	total := 0.0
	for len(x) > run {
		total += dotRunFloat32(x[:run], y[:run])
		x, y = x[run:], y[run:]
	}
	return total + dotRunFloat32(x, y)
}

func dotRunFloat32(x, y []float32) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 && len(y) >= 4 {
		s0 += float64(x[0]) * float64(y[0]) // exact, fused or not
		s1 += float64(x[1]) * float64(y[1])
		s2 += float64(x[2]) * float64(y[2])
		s3 += float64(x[3]) * float64(y[3])
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s0 += float64(v) * float64(y[i])
	}
	return (s0 + s2) + (s1 + s3)
}
