package member

import (
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// The table, in shared memory. All numbers are little-endian. Zeroed memory is
// an empty table.
//
//	  0  header
//	       0  membership  uint32   stepped and woken by every join and leave
//	       4  -           uint32
//	       8  ticket      uint64   number of slots freed so far
//	      16  -           48 bytes
//	 64  slot 0
//	       0  state       uint64   generation (bits 0-19), kind (bits 32-39)
//	       8  freed       uint64   ticket at which the slot became free: first in, first out
//	      16  swept       uint32   lives before this generation are swept
//	      20  pid         uint32   of the process, in its own pid namespace
//	      24  pidns       uint64   inode of that namespace; 0 = unknown
//	      32  start       uint64   start time of the process, clock ticks since boot
//	      40  life        uint32   robust futex of a thread of the member: thread id and
//	                               FUTEX_WAITERS, until the kernel adds FUTEX_OWNER_DIED
//	      44  -           20 bytes
//	      64  parked      64 x uint64   1 + offset of the word slept on in the region; 0 = none
//	640  slot 1 ...
//
// Beside it, in the lock file, each slot has two bytes that open file
// description locks are taken on:
//
//	Base + i              life:  locked by the member for as long as it lives
//	Base + claimAt + i    claim: locked by whoever takes or sweeps the slot
//
// The life byte is only ever locked with the claim byte held, and only while
// the slot is not LIVE. So a LIVE slot whose life byte is free is a dead member,
// and the life byte of a dead member is never seen locked again with the dead
// one's generation in the slot: once dead, dead for every observer.
const (
	headerSize = 64
	slotSize   = 64 + 8*futex.Sleepers

	claimAt = 1 << 32
)

type header struct {
	_          structs.HostLayout
	membership atomic.Uint32 // written by all; slept on by supervisors
	_          uint32
	ticket     atomic.Uint64 // written by whoever frees a slot
	_          [48]byte
}

// slot is one member's entry. Except where a field says otherwise it is written
// by the holder of the claim byte while the slot is not LIVE, and by the member
// itself while it is. Everybody reads it and trusts nothing.
type slot struct {
	_      structs.HostLayout
	state  atomic.Uint64 // hands over the other fields: stored after them
	freed  atomic.Uint64
	swept  atomic.Uint32
	pid    atomic.Uint32
	pidns  atomic.Uint64
	start  atomic.Uint64
	life   atomic.Uint32 // written by the member, and by the kernel when its thread ends
	_      [20]byte
	parked [futex.Sleepers]atomic.Uint64 // written by the member's sleepers
}
