package kernels

import "unsafe"

// floatsOf returns the same memory as numbers.
func floatsOf(x []int64) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
