package ringbuf

import (
	"sync/atomic"
	"unsafe"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// region is the data of a ring of records. Every access is masked, so that no position, whatever
// its value, leads outside the memory that was checked when the ring was opened.
type region struct {
	base unsafe.Pointer
	mask uint64 // size - 1
}

// A View or a Lease of more than three words goes through memory: see View.
var (
	_ [24 - unsafe.Sizeof(View{})]struct{}
	_ [24 - unsafe.Sizeof(Lease{})]struct{}
)

// regionOf is the size bytes that lie in mem from offData on.
//
// Preconditions:
//   - mem is aligned to 64 bytes and holds offData + size bytes;
//   - size is a power of two, 8 at least.
func regionOf(mem []byte, size uint64) region {
	return region{base: unsafe.Pointer(&mem[offData : offData+size][0]), mask: size - 1}
}

// at is the header at pos.
func (d *region) at(pos uint64) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Add(d.base, pos&d.mask&^7))
}

// payload is the n bytes behind the header at pos, or as many as there are up to the end.
func (d *region) payload(pos, n uint64) []byte {
	off := pos&d.mask&^7 + headerSize
	n = min(n, d.mask+1-off)
	return unsafe.Slice((*byte)(unsafe.Add(d.base, off)), n)
}

// own makes the cache lines of n bytes at pos this CPU's alone: it stores what is there. It leaves a
// safepoint every 64 KiB.
//
// Preconditions:
//   - the bytes are a record of the caller's, n is a multiple of 8;
//   - plainStores.
func (d *region) own(pos, n uint64) {
	off := pos & d.mask &^ 7
	n = min(n, d.mask+1-off)
	for n > ownAtOnce {
		ownLines(unsafe.Add(d.base, off), ownAtOnce)
		spin.Checkpoint()
		off, n = off+ownAtOnce, n-ownAtOnce
	}
	if n > 0 {
		ownLines(unsafe.Add(d.base, off), n)
	}
}

const ownAtOnce = 64 << 10

// mutexAt is the lock at off.
func mutexAt(mem []byte, off int) *futex.Mutex {
	return (*futex.Mutex)(unsafe.Pointer(&mem[off : off+4][0]))
}
