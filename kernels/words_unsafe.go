package kernels

import "unsafe"

// wordsOf returns the same memory as words: what only moves elements has one
// body for all types of 8 bytes, and keeps every bit of a NaN.
func wordsOf[T int64 | float64](x []T) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// integersOf returns the same memory as integers.
func integersOf(x []float64) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
