package kernels

import "unsafe"

// distance returns how many bytes b begins behind a; both have elements.
func distance(a, b []float64) int {
	return int(uintptr(unsafe.Pointer(&b[0])) - uintptr(unsafe.Pointer(&a[0])))
}
