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
	return indexOfGo(x, v)
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
	return indexNaNGo(x)
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
	return indexOfGo(x, v)
}
