package kernels

func indexOfFloat32Block(x []float32, v float32, wide bool) int {
	if wide {
		return indexOfFloat32AVX512(x, v)
	}
	return indexOfFloat32AVX2(x, v)
}

func indexOfInt32Block(x []int32, v int32, wide bool) int {
	if wide {
		return indexOfInt32AVX512(x, v)
	}
	return indexOfInt32AVX2(x, v)
}
