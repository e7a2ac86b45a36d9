package ringbuf

import "unsafe"

// middle is the middle one of the three values of T that are in b.
func middle[T any](b []byte) *T { return (*T)(unsafe.Pointer(&b[elementSize[T]()])) }
