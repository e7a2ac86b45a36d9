package ringbuf

import (
	"sync/atomic"
	"unsafe"
)

// slot is one cell of the ring: the stamp is written last.
type slot[T any] struct {
	stamp atomic.Uint64
	value T
}

// slots addresses the cells. at masks the index, so that no index, whatever its value, leads
// outside the memory that was checked when the ring was opened.
type slots[T any] struct {
	base   unsafe.Pointer
	mask   uint64
	stride uint64
}

func (s *slots[T]) at(i uint64) *slot[T] {
	return (*slot[T])(unsafe.Add(s.base, (i&s.mask)*s.stride))
}

// move is *dst = *src, a word at a time where a value has few.
//
// The compiler copies by 16 bytes, the last of which overlap those before them. A value that has just
// been made lies in the store buffer, in words; a load that needs two of its entries waits there
// until both have reached the cache, and so has every store before them, among those the last
// message, which waits for its line. So each push would wait for the line of the one before.
func move[T any](dst, src *T) {
	n := unsafe.Sizeof(*dst)
	if unsafe.Alignof(*dst) != 8 || n > moveWords {
		*dst = *src
		return
	}
	for at := uintptr(0); at < n; at += 8 {
		*(*uint64)(unsafe.Add(unsafe.Pointer(dst), at)) = *(*uint64)(unsafe.Add(unsafe.Pointer(src), at))
	}
}

// moveWords is up to how many bytes move takes word by word.
const moveWords = 128

// slotsOf is the cells that lie in mem from offSlots on.
//
// Preconditions:
//   - mem is aligned to 64 bytes and holds offSlots + capacity*stride bytes;
//   - capacity is a power of two.
func slotsOf[T any](mem []byte, capacity, stride uint64) slots[T] {
	return slots[T]{base: unsafe.Pointer(&mem[offSlots]), mask: capacity - 1, stride: stride}
}

// word32 is the shared word at off.
func word32(mem []byte, off int) *atomic.Uint32 {
	return (*atomic.Uint32)(unsafe.Pointer(&mem[off : off+4][0]))
}

// word64 is the shared word at off.
func word64(mem []byte, off int) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Pointer(&mem[off : off+8][0]))
}

// aligned says whether mem starts on a cache line.
func aligned(mem []byte) bool { return uintptr(unsafe.Pointer(&mem[0]))%slotAlign == 0 }

// elementSize is the size of T in bytes.
func elementSize[T any]() uint64 { return uint64(unsafe.Sizeof(*(*T)(nil))) }
