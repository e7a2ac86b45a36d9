package words

import "unsafe"

const line = 64

// Aligned returns n zeroed bytes of Go memory that begin at a multiple of 64, as blocks
// of an arena do.
func Aligned(n int) []byte {
	b := make([]byte, n+line)
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % line
	return b[skip : skip+uintptr(n) : skip+uintptr(n)]
}
