package lock

import (
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// The board, shared by the command and the workers of one program, ours or the
// twin; twin.c has the same drawing. Zeroed memory is an empty board.
//
//	     0  start   uint32   written by the command: which measurement may begin
//	    64  stop    uint32   written by the command: 1 = it is over
//	   128  stamp   uint64   written by the waker: when it woke the sleeper
//	   192  asleep  uint32   written by the sleeper: the round that it waits for
//	   256  last    uint64   written by worker 0: the last round of a barrier
//	   320  cell    3,776 bytes, of the twin: its lock, and at 56 the counter
//	 4,096  slot 0
//	          0  ops     uint64   what the worker did
//	          8  begin   uint64   when it began, and
//	         16  end     uint64   when it ended, on the monotonic clock
//	         24  max     uint64   the longest wait, in ns
//	         32  serial  uint64   rounds of a barrier in which it was the one of all
//	         40  sink    uint64   what think computed, so that no compiler leaves it out
//	         48  -       16 bytes
//	         64  bucket  2,048 x uint64   how many waits were that long; see bucketOf
//	20,544  slot 1 ...
//
// A slot is written by its worker and read by the command after the worker has
// said so through its pipe.
const (
	maxWorkers  = 4
	bucketCount = 2048

	cellAt    = 320
	slotsAt   = 4096
	slotSize  = 64 + 8*bucketCount
	boardSize = slotsAt + maxWorkers*slotSize
)

type board struct {
	_      structs.HostLayout
	start  atomic.Uint32
	_      [60]byte
	stop   atomic.Uint32
	_      [60]byte
	stamp  atomic.Uint64
	_      [56]byte
	asleep atomic.Uint32
	_      [60]byte
	last   atomic.Uint64
	_      [56]byte
	_      [slotsAt - cellAt]byte
	slot   [maxWorkers]slot
}

type slot struct {
	_      structs.HostLayout
	ops    uint64
	begin  uint64
	end    uint64
	max    uint64
	serial uint64
	sink   uint64
	_      [16]byte
	bucket [bucketCount]uint64
}

// The locks of ours, in the arena.

// mutexCell has the counter where the twin has it: in the lock's cache line, as a
// guarded word often is.
type mutexCell struct {
	_     structs.HostLayout
	mutex futex.Mutex
	_     [52]byte
	count uint64
}

// rwCell is ready when zeroed, as most of them.
type rwCell struct {
	_     structs.HostLayout
	mutex futex.RWMutex
	count uint64
	_     [56]byte
}

type semaphoreCell struct {
	_         structs.HostLayout
	semaphore futex.Semaphore
	count     uint64
	_         [56]byte
}

type eventCell struct {
	_     structs.HostLayout
	event futex.Event
	_     [60]byte
}

type barrierCell struct {
	_       structs.HostLayout
	barrier futex.Barrier
}
