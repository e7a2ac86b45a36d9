package kernels

import "unsafe"

// floatsOf returns the same memory as numbers.
func floatsOf(x []int64) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// floats32Of is floatsOf for elements of 4 bytes.
func floats32Of(x []int32) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// dwordsIn returns the same memory as twice as many integers.
func dwordsIn(x []int64) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(x))), 2*len(x))
}
