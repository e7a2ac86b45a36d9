package kernels

import "unsafe"

// signed returns the same memory as signed integers.
func signed(x []uint64) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}
