package shmarena

import (
	"sync/atomic"
	"unsafe"
)

// atomicAt is the word at an offset of the file.
//
// Preconditions:
//   - off is a multiple of 8, and less than the length of the file
func (h *heap) atomicAt(off uint64) *atomic.Uint64 {
	_ = h.region[off+7]
	return (*atomic.Uint64)(unsafe.Pointer(&h.region[off]))
}

const panicNoWord = "shmarena: the word of a block does not lie in its arena"

// offsetOf is where a word lies in the file.
func (at *attachment) offsetOf(w *atomic.Uint64) uint64 {
	off := uintptr(unsafe.Pointer(w)) - uintptr(unsafe.Pointer(unsafe.SliceData(at.region)))
	if uint64(off) >= uint64(len(at.region)) {
		panic(panicNoWord)
	}
	return uint64(off)
}
