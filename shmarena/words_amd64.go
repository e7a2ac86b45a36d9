//go:build amd64 && !race && !purego

package shmarena

import "sync/atomic"

// storeFull stores n words from src to dst, in order, each by a MOV: Go's atomic
// store is an XCHG, of which the payload needs none. x86 makes stores visible in
// their order, so that all are when a later store of the same thread is. It
// equals storeFullGo.
//
//go:noescape
func storeFull(dst *atomic.Uint64, src *byte, n int)
