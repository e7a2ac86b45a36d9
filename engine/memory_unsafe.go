package engine

import (
	"reflect"
	"unsafe"
)

// sizeOf is the size of a T in bytes.
func sizeOf[T any]() int {
	var t T
	return int(unsafe.Sizeof(t))
}

// bytesOf returns the bytes of s, which holds plain values.
func bytesOf[T any](s []T) []byte {
	var t T
	if len(s) == 0 || unsafe.Sizeof(t) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(t)))
}

// valueBytes returns the bytes of *p, which is a plain value.
func valueBytes[T any](p *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), unsafe.Sizeof(*p))
}

// view returns the T at the beginning of b.
//
// Preconditions:
//   - b is at least as long as a T, and aligned for one.
func view[T any](b []byte) *T {
	var t T
	_ = b[:unsafe.Sizeof(t)]
	return (*T)(unsafe.Pointer(unsafe.SliceData(b)))
}

// fieldAt returns a pointer to the field of type t at offset off of b.
//
// Preconditions:
//   - b holds a struct with a field of type t at off.
func fieldAt(t reflect.Type, b []byte, off uintptr) any {
	_ = b[off : off+t.Size()]
	return reflect.NewAt(t, unsafe.Pointer(&b[off])).Interface()
}

// overlap reports whether a and b share a byte.
func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0, b0 := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return a0 < b0+uintptr(len(b)) && b0 < a0+uintptr(len(a))
}
