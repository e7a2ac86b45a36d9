package alloc

import "unsafe"

// asWords views mapped bytes as words of 64 bits.
//
// Preconditions: b is page-aligned.
func asWords(b []byte) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/8)
}

// The drawing of layout.go.
var (
	_ [64 - unsafe.Sizeof(sharedBox{})]struct{}
	_ [unsafe.Sizeof(sharedBox{}) - 64]struct{}
	_ [unsafe.Offsetof(crossings{}.made) - 64*boxes]struct{}
	_ [64*boxes - unsafe.Offsetof(crossings{}.made)]struct{}
)
