package kernel

import "unsafe"

// view views a block as numbers of 64 bits.
//
// Preconditions: b is aligned to 8 bytes.
func view[T float64 | int64 | int](b []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/8)
}

// from returns what lies behind the first multiple of an alignment in a block.
//
// Preconditions: the block has as many bytes, or more.
func from(b []byte, align int) []byte {
	past := int(uintptr(unsafe.Pointer(unsafe.SliceData(b))) % uintptr(align))
	return b[(align-past)%align:]
}
