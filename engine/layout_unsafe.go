package engine

import "unsafe"

// The sizes that the drawings in layout.go tell.
var (
	_ [64]byte   = [unsafe.Sizeof(descriptor{}) + 8]byte{}
	_ [256]byte  = [unsafe.Sizeof(workerSlot{})]byte{}
	_ [128]byte  = [unsafe.Offsetof(workerSlot{}.workerStats)]byte{}
	_ [4096]byte = [unsafe.Sizeof(jobSlot{})]byte{}
	_ [512]byte  = [unsafe.Sizeof(taskCell{})]byte{}
	_ [4096]byte = [unsafe.Sizeof(isolatedCall{})]byte{}
	_ [32]byte   = [unsafe.Offsetof(taskCell{}.inline)]byte{}
	_ [432]byte  = [unsafe.Offsetof(taskCell{}.deadline)]byte{}
	_ [64]byte   = [unsafe.Sizeof(watchWord{})]byte{}
	_ [1152]byte = [unsafe.Offsetof(taskBoard{}.watch)]byte{}
	_ [128]byte  = [unsafe.Offsetof(controlBlock{}.events)]byte{}
	_ [384]byte  = [unsafe.Offsetof(controlBlock{}.helped)]byte{}
	_ [512]byte  = [unsafe.Offsetof(controlBlock{}.worker)]byte{}
)
