package kernel

import "unsafe"

// view views a block as numbers of 64 bits.
//
// Preconditions: b is aligned to 8 bytes.
func view[T float64 | int64 | int](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/8)
}
