package kernels

// What has no body of its own for elements of 4 bytes widens so many of them at a
// time, into a buffer in the first cache.
const widened = 1024

// widenFloat32 writes elements as float64; dst has as many.
func widenFloat32(dst []float64, x []float32) {
	n := len(x) &^ 7
	switch {
	case n == 0 || active == levelGo:
		n = 0
	case active == levelAVX512:
		widenFloat32AVX512(&dst[0], x[:n])
	default:
		widenFloat32AVX2(&dst[0], x[:n])
	}
	widenGo(dst[n:], x[n:])
}

// widenInt32 writes elements as int64; dst has as many.
func widenInt32(dst []int64, x []int32) {
	n := len(x) &^ 7
	switch {
	case n == 0 || active == levelGo:
		n = 0
	case active == levelAVX512:
		widenInt32AVX512(&dst[0], x[:n])
	default:
		widenInt32AVX2(&dst[0], x[:n])
	}
	widenGo(dst[n:], x[n:])
}

func widenGo[T int64 | float64, U int32 | float32](dst []T, x []U) {
	for i, v := range x {
		dst[i] = T(v)
	}
}

// roundFloat32 writes elements as float32; dst has as many.
func roundFloat32(dst []float32, x []float64) {
	n := len(x) &^ 7
	switch {
	case n == 0 || active == levelGo:
		n = 0
	case active == levelAVX512:
		roundFloat32AVX512(&dst[0], x[:n])
	default:
		roundFloat32AVX2(&dst[0], x[:n])
	}
	roundFloat32Go(dst[n:], x[n:])
}

func roundFloat32Go(dst []float32, x []float64) {
	for i, v := range x {
		dst[i] = float32(v)
	}
}
