package kernels

// indexOf returns the index of the first element that equals v, len(x) if none
// does.
func indexOf(x []float64, v float64) int {
	return firstIndex(x, func(x []float64) int { return indexOfBlock(x, v) })
}

func indexOfBlock(x []float64, v float64) int {
	if active == levelAVX512 {
		return indexOfAVX512(x, v)
	}
	if active == levelAVX2 {
		return indexOfAVX2(x, v)
	}
	return indexOfGo(x, v)
}

func indexOfGo[T element](x []T, v T) int {
	for i, w := range x {
		if w == v {
			return i
		}
	}
	return len(x)
}

// indexNaN returns the index of the first NaN, len(x) if there is none.
func indexNaN(x []float64) int {
	return firstIndex(x, indexNaNBlock)
}

func indexNaNBlock(x []float64) int {
	if active == levelAVX512 {
		return indexNaNAVX512(x)
	}
	if active == levelAVX2 {
		return indexNaNAVX2(x)
	}
	return indexNaNGo(x)
}

func indexNaNGo[T float64 | float32](x []T) int {
	for i, v := range x {
		if v != v {
			return i
		}
	}
	return len(x)
}

// indexOfInt64 is indexOf for integers.
func indexOfInt64(x []int64, v int64) int {
	return firstIndex(x, func(x []int64) int { return indexOfInt64Block(x, v) })
}

func indexOfInt64Block(x []int64, v int64) int {
	if active == levelAVX512 {
		return indexOfInt64AVX512(x, v)
	}
	if active == levelAVX2 {
		return indexOfInt64AVX2(x, v)
	}
	return indexOfGo(x, v)
}

// firstIndex searches block by block with a function that returns the length
// of its block if it finds nothing.
func firstIndex[T any](x []T, search func([]T) int) int {
	for at := 0; at < len(x); at += block1 {
		giveWay(len(x) - at)
		part := x[at:min(at+block1, len(x))]
		if i := search(part); i < len(part) {
			return at + i
		}
	}
	return len(x)
}
