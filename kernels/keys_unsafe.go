package kernels

import "unsafe"

// key are the integers that elements are sorted as.
type key interface{ int64 | int32 }

// eightBytes reports whether keys have that many, not 4: a constant in each body that the
// compiler makes of a generic one.
func eightBytes[K key]() bool {
	var zero K
	return unsafe.Sizeof(zero) == 8
}

// wideKeys returns the same memory as the keys of 8 bytes that they are.
func wideKeys[K key](x []K) []int64 {
	return unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// narrowKeys returns the same memory as the keys of 4 bytes that they are.
func narrowKeys[K key](x []K) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// keysIn returns the same memory as keys, as many as go into it.
func keysIn[K key](words []uint64) []K {
	var zero K
	return unsafe.Slice((*K)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8/int(unsafe.Sizeof(zero)))
}
