package ringbuf

import (
	"sync/atomic"
	"unsafe"

	shared "github.com/shmengine/shmengine/internal/words"
)

// write stores v in the cell as words.
func (s *slot[T]) write(v *T) { shared.Store(s.words(), bytesOf(v)) }

// read loads the cell's value as words.
func (s *slot[T]) read(v *T) { shared.Load(bytesOf(v), s.words()) }

// words is the cell's value as words: it is aligned to 8 bytes, and the cell has room
// for the whole of the last one.
func (s *slot[T]) words() []atomic.Uint64 {
	return unsafe.Slice((*atomic.Uint64)(unsafe.Pointer(&s.value)), (unsafe.Sizeof(s.value)+7)/8)
}

func bytesOf[T any](v *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
}
