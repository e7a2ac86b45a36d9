package kernels

// indexOfFloat32 is indexOf for float32.
func indexOfFloat32(x []float32, v float32) int {
	return firstIndex(x, func(x []float32) int { return indexOfFloat32Block(x, v) })
}

func indexOfFloat32Block(x []float32, v float32) int {
	if active == levelAVX512 {
		return indexOfFloat32AVX512(x, v)
	}
	if active == levelAVX2 {
		return indexOfFloat32AVX2(x, v)
	}
	return indexOfNarrowGo(x, v)
}

func indexOfNarrowGo[T int32 | float32](x []T, v T) int {
	for i, w := range x {
		if w == v {
			return i
		}
	}
	return len(x)
}

// indexNaNFloat32 is indexNaN for float32.
func indexNaNFloat32(x []float32) int { return firstIndex(x, indexNaNFloat32Block) }

func indexNaNFloat32Block(x []float32) int {
	if active == levelAVX512 {
		return indexNaNFloat32AVX512(x)
	}
	if active == levelAVX2 {
		return indexNaNFloat32AVX2(x)
	}
	return indexNaNFloat32Go(x)
}

func indexNaNFloat32Go(x []float32) int {
	for i, v := range x {
		if v != v {
			return i
		}
	}
	return len(x)
}

// indexOfInt32 is indexOf for int32.
func indexOfInt32(x []int32, v int32) int {
	return firstIndex(x, func(x []int32) int { return indexOfInt32Block(x, v) })
}

func indexOfInt32Block(x []int32, v int32) int {
	if active == levelAVX512 {
		return indexOfInt32AVX512(x, v)
	}
	if active == levelAVX2 {
		return indexOfInt32AVX2(x, v)
	}
	return indexOfNarrowGo(x, v)
}
