//go:build amd64 && !race && !purego

package words

import (
	"sync/atomic"
	"unsafe"
)

// copyUp copies n words in the order of addresses, 64 bytes by four loads and four stores of
// 16 at a time, then 16, then 8. Both halves of 16 bytes are words that are aligned, and
// whole by themselves.
//
//go:noescape
func copyUp(dst, src unsafe.Pointer, n int)

// storeFull is storeFullGo.
func storeFull(dst []atomic.Uint64, src []byte) {
	copyUp(unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src)), len(dst))
}

// loadFull is loadFullGo.
func loadFull(dst []byte, src []atomic.Uint64) {
	copyUp(unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(src)), len(src))
}
