package kernels

// Sum returns the sum of x: up to rounding the loop
//
//	for _, v := range x { s += v }
//
// Many partial sums run side by side and are added in a tree, so the error is
// at most (144 + log2 n) * 2^-53 * sum|x|; the loop's bound is n * 2^-53 *
// sum|x|. The sum of no elements, and of negative zeros, is +0. The result
// depends on the values, their number and [Level], not on where x lies.
func Sum(x []float64) float64 {
	switch {
	case len(x) > block1:
		return sumLong(x)
	case active != mover:
		return sumHalvesAVX512(x)
	case active == levelAVX512:
		return sumAVX512(x)
	case active == levelAVX2:
		return sumAVX2(x)
	default:
		return sumGo(x)
	}
}

// sumLong is Sum of more than a block.
func sumLong(x []float64) float64 {
	h := split(len(x), block1)
	return Sum(x[:h]) + Sum(x[h:])
}

// run is how many elements the twins add into one set of partial sums.
const run = 512

func sumGo(x []float64) float64 {
	total := 0.0
	for len(x) > run {
		total += sumRun(x[:run])
		x = x[run:]
	}
	return total + sumRun(x)
}

func sumRun(x []float64) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		s0 += x[0]
		s1 += x[1]
		s2 += x[2]
		s3 += x[3]
		x = x[4:]
	}
	for _, v := range x {
		s0 += v
	}
	return (s0 + s2) + (s1 + s3)
}

// Dot returns the inner product of x and y: up to rounding the loop
//
//	for i, v := range x { s += v * y[i] }
//
// The assembly fuses each multiplication with its addition; the plain-Go body
// does not. Either way the error is at most (145 + log2 n) * 2^-53 *
// sum|x*y|, if no product over- or underflows. No elements give +0; 0*NaN and
// 0*Inf are NaN.
//
// Preconditions: len(x) == len(y); else it panics.
func Dot(x, y []float64) float64 {
	sameLength(len(x), len(y))
	switch {
	case len(x) > block2:
		return dotLong(x, y)
	case active == levelAVX512:
		return dotAVX512(x, y)
	case active == levelAVX2:
		return dotAVX2(x, y)
	default:
		return dotGo(x, y)
	}
}

// dotLong is Dot of more than a block.
func dotLong(x, y []float64) float64 {
	h := split(len(x), block2)
	return Dot(x[:h], y[:h]) + Dot(x[h:], y[h:])
}

func dotGo(x, y []float64) float64 {
	total := 0.0
	for len(x) > run {
		total += dotRun(x[:run], y[:run])
		x, y = x[run:], y[run:]
	}
	return total + dotRun(x, y)
}

func dotRun(x, y []float64) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 && len(y) >= 4 {
		s0 += float64(x[0] * y[0])
		s1 += float64(x[1] * y[1])
		s2 += float64(x[2] * y[2])
		s3 += float64(x[3] * y[3])
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s0 += float64(v * y[i])
	}
	return (s0 + s2) + (s1 + s3)
}
