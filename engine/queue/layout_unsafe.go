package queue

import "unsafe"

var (
	_ [controlSize]byte = [unsafe.Sizeof(control{})]byte{}
	_ [sideSize]byte    = [unsafe.Sizeof(side{})]byte{}
	_ [placeSize]byte   = [unsafe.Sizeof(place{})]byte{}
	_ [64]byte          = [unsafe.Offsetof(control{}.done)]byte{}
	_ [128]byte         = [unsafe.Offsetof(control{}.sides)]byte{}
)

// bytesOf is the memory of a box.
func bytesOf[B any](b *B) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(b)), unsafe.Sizeof(*b)) }
