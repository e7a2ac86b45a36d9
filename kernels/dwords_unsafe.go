package kernels

import "unsafe"

// sizeOf returns how many bytes an element has.
func sizeOf[T element](x []T) int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// integers32Of is integersOf for float32.
func integers32Of(x []float32) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// dwordsOf is wordsOf for elements of 4 bytes.
func dwordsOf[T int32 | float32](x []T) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
