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

	_ [permitsHeaderSize]byte = [unsafe.Sizeof(permitsHeader{})]byte{}
	_ [4]byte                 = [unsafe.Offsetof(permitsHeader{}.bell)]byte{}
)

// alignedTo reports whether mem begins at a multiple of n.
func alignedTo(mem []byte, n uintptr) bool {
	return uintptr(unsafe.Pointer(unsafe.SliceData(mem)))%n == 0
}

// viewPermits is the view of n permits in mem.
//
// Preconditions:
//   - mem is 4-byte aligned, and n permits fit into it; for n = 0 the header does
func viewPermits(mem []byte, n int) *Permits {
	return &Permits{
		head:  (*permitsHeader)(unsafe.Pointer(&mem[0])),
		words: unsafe.Slice((*atomic.Uint32)(unsafe.Add(unsafe.Pointer(&mem[0]), permitsHeaderSize)), n),
	}
}
