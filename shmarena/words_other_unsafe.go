//go:build !amd64 || race || purego

package shmarena

import (
	"sync/atomic"
	"unsafe"
)

// storeFull stores n words from src to dst, in order.
func storeFull(dst *atomic.Uint64, src *byte, n int) {
	storeFullGo(unsafe.Slice(dst, n), unsafe.Slice(src, 8*n))
}
