package futex_test

import (
	"sync/atomic"
	"unsafe"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

func viewMutex(b []byte) *futex.Mutex     { return (*futex.Mutex)(unsafe.Pointer(&b[0])) }
func viewRW(b []byte) *futex.RWMutex      { return (*futex.RWMutex)(unsafe.Pointer(&b[0])) }
func viewCond(b []byte) *futex.Cond       { return (*futex.Cond)(unsafe.Pointer(&b[0])) }
func viewRM(b []byte) *futex.RMutex       { return (*futex.RMutex)(unsafe.Pointer(&b[0])) }
func viewBarrier(b []byte) *futex.Barrier { return (*futex.Barrier)(unsafe.Pointer(&b[0])) }
func viewWord(b []byte) *atomic.Uint32    { return (*atomic.Uint32)(unsafe.Pointer(&b[0])) }
func viewCounter(b []byte) *uint64        { return (*uint64)(unsafe.Pointer(&b[0])) }
func addressOf(b []byte) uintptr          { return uintptr(unsafe.Pointer(&b[0])) }

// at returns the word at off, which need not be aligned nor inside b.
func at(b []byte, off int) *atomic.Uint32 {
	return (*atomic.Uint32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(b)), off))
}

// examplePermits is zeroed, aligned memory for n permits.
func examplePermits(n int) []byte {
	words := make([]uint64, futex.PermitsSize(n)/8)
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), futex.PermitsSize(n))
}

// exampleTable is zeroed, aligned memory for a table of n slots.
func exampleTable(n int) []byte {
	size := member.TableSize(n)
	b := make([]byte, size+63)
	skip := -int(uintptr(unsafe.Pointer(&b[0]))) & 63
	return b[skip : skip+size : skip+size]
}

// view is the T at the beginning of b.
func view[T any](b []byte) *T {
	if len(b) < int(unsafe.Sizeof(*new(T))) {
		panic("no room for it")
	}
	return (*T)(unsafe.Pointer(&b[0]))
}
