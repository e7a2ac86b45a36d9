package queue

import "unsafe"

var (
	_ [controlSize]byte = [unsafe.Sizeof(control{})]byte{}
	_ [sideSize]byte    = [unsafe.Sizeof(side{})]byte{}
	_ [placeSize]byte   = [unsafe.Sizeof(place{})]byte{}
	_ [64]byte          = [unsafe.Offsetof(control{}.done)]byte{}
	_ [128]byte         = [unsafe.Offsetof(control{}.sides)]byte{}
)
