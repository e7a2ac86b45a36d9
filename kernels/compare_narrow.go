package kernels

// CountFloat32 is [Count] for float32.
func CountFloat32(x []float32, c Comparison, t float32) (n int) {
	c.check()
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), narrow1)]
		n += countFloat32Block(part, c, t)
		x = x[len(part):]
	}
	return n
}

// CountInt32 is [Count] for int32.
func CountInt32(x []int32, c Comparison, t int32) (n int) {
	c.check()
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), narrow1)]
		n += countInt32Block(part, c, t)
		x = x[len(part):]
	}
	return n
}

func countFloat32Block(x []float32, c Comparison, t float32) int {
	if active == levelAVX512 {
		return countFloat32AVX512(x, int(c), t)
	}
	if active == levelAVX2 {
		return countFloat32AVX2(x, int(c), t)
	}
	return countGo(x, c, t)
}

func countInt32Block(x []int32, c Comparison, t int32) int {
	if active == levelAVX512 {
		return countInt32AVX512(x, int(c), t)
	}
	if active == levelAVX2 {
		return countInt32AVX2(x, int(c), t)
	}
	return countGo(x, c, t)
}

// CompareFloat32 is [Compare] for float32.
func CompareFloat32(dst []uint64, x []float32, c Comparison, t float32) {
	c.check()
	sameLength(len(dst), Bits(len(x)))
	for len(x) > 0 {
		part := x[:min(len(x), narrow1)]
		compareFloat32Block(partMask(dst, len(x), len(part)), part, c, t)
		dst, x = dst[Bits(len(part)):], x[len(part):]
	}
}

// CompareInt32 is [Compare] for int32.
func CompareInt32(dst []uint64, x []int32, c Comparison, t int32) {
	c.check()
	sameLength(len(dst), Bits(len(x)))
	for len(x) > 0 {
		part := x[:min(len(x), narrow1)]
		compareInt32Block(partMask(dst, len(x), len(part)), part, c, t)
		dst, x = dst[Bits(len(part)):], x[len(part):]
	}
}

// partMask gives way, and returns the words of the next n bits of a mask, with left still
// to write. Bits beyond them are zero.
func partMask(dst []uint64, left, n int) []uint64 {
	giveWay(left)
	words := Bits(n)
	dst[words-1] = 0
	return dst[:words]
}

func compareFloat32Block(dst []uint64, x []float32, c Comparison, t float32) {
	switch active {
	case levelAVX512:
		compareFloat32AVX512(&dst[0], x, int(c), t)
	case levelAVX2:
		compareFloat32AVX2(&dst[0], x, int(c), t)
	default:
		compareGo(dst, x, c, t)
	}
}

func compareInt32Block(dst []uint64, x []int32, c Comparison, t int32) {
	switch active {
	case levelAVX512:
		compareInt32AVX512(&dst[0], x, int(c), t)
	case levelAVX2:
		compareInt32AVX2(&dst[0], x, int(c), t)
	default:
		compareGo(dst, x, c, t)
	}
}
