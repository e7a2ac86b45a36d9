package kernels

import "unsafe"

// view returns the n elements of b that begin at byte off, aligned or not.
func view[T any](b []byte, off, n int) []T {
	if n == 0 {
		return nil
	}
	var zero T
	_ = b[off : off+n*int(unsafe.Sizeof(zero))]
	return unsafe.Slice((*T)(unsafe.Pointer(&b[off])), n)
}
