package kernels

import "unsafe"

// sizeOf returns how many bytes an element has.
func sizeOf[T element](x []T) int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// dwordsOf is wordsOf for elements of 4 bytes.
func dwordsOf[T int32 | float32](x []T) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
