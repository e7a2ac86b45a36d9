package ostour

import "unsafe"

// alignedPart returns the part of b from its first address on that is a multiple of size.
func alignedPart(b []byte, size uintptr) []byte {
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) & (size - 1)
	return b[skip:]
}

// wordsOf views memory as words of 8 bytes.
//
// Preconditions:
//   - b is a mapping, so it is aligned.
func wordsOf(b []byte) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/8)
}

// store writes to an address that is no memory of Go's: above the break, or below the
// stack of the main thread.
func store(address uintptr) { **(**byte)(unsafe.Pointer(&address)) = 1 }
