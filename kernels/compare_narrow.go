package kernels

// CountFloat32 is [Count] for float32.
func CountFloat32(x []float32, c Comparison, t float32) int {
	c.check()
	return countBlocks(x, func(x []float32) int { return countFloat32Block(x, c, t) })
}

// CountInt32 is [Count] for int32.
func CountInt32(x []int32, c Comparison, t int32) int {
	c.check()
	return countBlocks(x, func(x []int32) int { return countInt32Block(x, c, t) })
}

func countBlocks[T int32 | float32](x []T, count func(x []T) int) (n int) {
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), narrow1)]
		n += count(part)
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
	compareBlocks(dst, x, func(dst []uint64, x []float32) { compareFloat32Block(dst, x, c, t) })
}

// CompareInt32 is [Compare] for int32.
func CompareInt32(dst []uint64, x []int32, c Comparison, t int32) {
	c.check()
	compareBlocks(dst, x, func(dst []uint64, x []int32) { compareInt32Block(dst, x, c, t) })
}

func compareBlocks[T int32 | float32](dst []uint64, x []T, compare func(dst []uint64, x []T)) {
	sameLength(len(dst), Bits(len(x)))
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), narrow1)]
		words := Bits(len(part))
		dst[words-1] = 0
		compare(dst[:words], part)
		dst, x = dst[words:], x[len(part):]
	}
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
