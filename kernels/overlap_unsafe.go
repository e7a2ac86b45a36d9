package kernels

import "unsafe"

// apart says how two slices of the same length lie: apart from each other, or
// at the same place. Anything between panics: what is written would be read.
func apart[T int64 | float64](dst, x []T) bool {
	if len(dst) == 0 {
		return true
	}
	a, b := uintptr(unsafe.Pointer(&dst[0])), uintptr(unsafe.Pointer(&x[0]))
	size := uintptr(len(dst)) * unsafe.Sizeof(dst[0])
	if a != b && a < b+size && b < a+size {
		panic("kernels: slices overlap in part")
	}
	return a != b
}
