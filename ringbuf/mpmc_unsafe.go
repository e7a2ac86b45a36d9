package ringbuf

import (
	"sync/atomic"
	"unsafe"
)

// cellsAt is the cells that lie in mem from off on.
//
// Preconditions:
//   - mem is aligned to 64 bytes and holds off + capacity*stride bytes, off is a multiple of 64;
//   - capacity is a power of two.
func cellsAt[T any](mem []byte, off, capacity, stride uint64) slots[T] {
	return slots[T]{base: unsafe.Pointer(&mem[off]), mask: capacity - 1, stride: stride}
}

// seatsAt is the array of seats at off.
func seatsAt(mem []byte, off int) *[seats]atomic.Uint32 {
	return (*[seats]atomic.Uint32)(unsafe.Pointer(&mem[off : off+4*seats][0]))
}
