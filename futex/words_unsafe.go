package futex

import (
	"sync/atomic"
	"unsafe"
)

// lowHalf is the half of a 64-bit word that the kernel compares. Shared memory is
// little-endian, so it is the first.
func lowHalf(word *atomic.Uint64) *atomic.Uint32 { return (*atomic.Uint32)(unsafe.Pointer(word)) }

// The sizes that the documentation promises are compiled in.
var (
	_ [4]byte = [unsafe.Sizeof(Event{})]byte{}
	_ [4]byte = [unsafe.Sizeof(Once{})]byte{}
	_ [8]byte = [unsafe.Sizeof(Latch{})]byte{}

	_ [semaphoreSize]byte = [unsafe.Sizeof(Semaphore{})]byte{}
	_ [64]byte            = [unsafe.Offsetof(Semaphore{}.books)]byte{}
)
