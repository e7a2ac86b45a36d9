package futex

import (
	"structs"
	"sync/atomic"
)

// What lies in shared memory besides single words. Numbers are little-endian;
// zeroed memory is a valid, empty state of everything; all fields are read and
// written with atomics.

// memberCells is how many members can stand in one RWMutex, Cond or Barrier.
const memberCells = 64

// Sizes in bytes.
const rwMutexSize = 640 + memberCells*64

// RWMutex is a lock in shared memory that any number of readers or one writer
// holds, and that survives the death of either. The zero value is unlocked. It
// must be 8-byte aligned, better 64-byte, and stay where it is while it is used.
//
// Readers of different processes share no cache line while no writer comes: each
// member counts its readers in a cell of its own. Writers pay: they look at
// every cell that was ever used. This is a big-reader lock, made phase-fair:
//
//   - A writer that has claimed the lock waits for the readers that are in, and
//     for no later ones.
//   - When a writer leaves, the readers that had begun to wait get in before the
//     next writer. One that begins to wait just while the writer leaves may have
//     to let one more writer pass, never two.
//
// Owners are members, that is, processes: two read locks need two RUnlock, from
// whatever goroutines. A goroutine that read-locks what it has read-locked
// already waits for any writer that came in between, who waits for it: until
// ctx ends, as with sync.RWMutex. Nor can a read lock be made a write lock.
//
// A waiting reader whose process is stopped (SIGSTOP) when its turn comes holds
// up the writers, as if it had been stopped with the lock.
//
//	  0  word   uint32: W:1 | D:1 | owner:30, the writer, as in Mutex; owner
//	            all ones: not recoverable; all ones but the last: the turn of
//	            the readers that wait, no writer may claim
//	 64  gate   uint32: readers sleep on it until the writer has left
//	 68  drain  uint32: the writer sleeps on it until the readers have left
//	 72  used   uint64: bit i is set before cell i is used for the first time
//	128  waits  64 words {member:32, count:32}: goroutines that wait to read
//	640  cells  64 lines, each {member:32, count:32}: read locks held
type RWMutex struct {
	_     structs.HostLayout
	word  atomic.Uint32
	_     [15]uint32
	gate  atomic.Uint32
	drain atomic.Uint32
	used  atomic.Uint64
	_     [6]uint64
	waits [memberCells]atomic.Uint64
	cells [memberCells]readerCell
}

type readerCell struct {
	_    structs.HostLayout
	held atomic.Uint64 // {member:32, count:32}, changed by compare-and-swap only
	_    [7]uint64
}

// Semaphore counts tokens in shared memory: Acquire takes one, Release gives some.
// The zero value holds none and has no limit; Init gives it others. It must be
// 8-byte aligned and stay where it is while it is used.
//
// The tokens have no owners: whoever likes may release. So what a process took
// that has died stays taken, and nothing tells it from what a living one has. If
// every process gives back what it took itself, Init with Track keeps books
// beside the counter: then waiters are told of the dead (ErrTokensLost), and
// TakeLost gets their tokens back. Where the loss must be exact whatever happens,
// use Permits.
//
// Among processes whoever comes first takes a token, also before those who have
// slept for one; the goroutines of one process that sleep are served in order.
//
//	 0  state  uint64      value (bits 0-30), W (31), limit (32-62), T (63)
//	 8  -      56 bytes
//	64  books  64 x uint64 tokens (bits 0-31), the member who has them (32-63)
//
// W says that somebody may be asleep; sleepers sleep on the low half. A limit of 0
// is none. T says that the books are kept.
type Semaphore struct {
	_     structs.HostLayout
	state atomic.Uint64 // written by all, by compare-and-swap only
	_     [56]byte      // the books change as often as the state, but each by one member
	books [semaphoreBooks]atomic.Uint64
}

const (
	semaphoreBooks = 64
	semaphoreSize  = 64 + 8*semaphoreBooks
)

// condSize is the size of a Cond in bytes.
const condSize = 64 + memberCells*32

// Cond is a condition variable in shared memory: goroutines of any member wait,
// holding a [Mutex], until another one notifies them. The zero value has no
// waiters. It must be 8-byte aligned and stay where it is while it is used; all
// who use it at one time use the same mutex.
//
// A notify wakes exactly as many as it says of those who wait at that moment, in
// whatever processes, and is not remembered if there are fewer. Processes are
// served in turn, the goroutines of one process first in, first out. What was
// given to a member that died before its goroutine returned is given to others.
//
// Nobody sleeps on after the mutex's owner has died: one who waits takes the
// mutex, and returns ErrOwnerDied.
//
// All of it is changed by the owner of the mutex only, each step by one store, so
// that it is right whenever that owner is killed.
//
//	 0  arrivals  uint64: goroutines that have ever begun to wait
//	 8  cursor    uint32: the cell at which the next notify begins
//	64  cells     64 of 32 bytes
//
//	cell
//	 0  member    uint32: whose goroutines are counted
//	 4  word      uint32: stepped by each notify; the member sleeps on it
//	 8  counts    uint64: {notified:32, waiting:32}: who may return, who may not yet
//	16  since     uint64: arrivals when the first of the notified was notified
type Cond struct {
	_        structs.HostLayout
	arrivals atomic.Uint64
	cursor   atomic.Uint32
	_        uint32
	_        [6]uint64
	cells    [memberCells]condCell
}

type condCell struct {
	_      structs.HostLayout
	member atomic.Uint32
	word   atomic.Uint32
	counts atomic.Uint64
	since  atomic.Uint64
	_      uint64
}

// rmutexSize is the size of an RMutex in bytes.
const rmutexSize = 16

// RMutex is a [Mutex] that its owner may lock again. The zero value is unlocked.
// It must be 8-byte aligned and stay where it is while it is used.
//
// The owner is a [Holder], since Go has no name for a goroutine: n Lock calls by a
// holder need n Unlock calls by it. Two holders exclude each other, in one process
// too. When the holder's process dies the mutex is taken over as a Mutex is.
//
//	0  mutex   the Mutex of the holders' members
//	4  depth   uint32: Lock calls to undo beyond the first; of the owner only
//	8  holder  uint64: {number:34, member:30}; 0 if the owner is about to set it
type RMutex struct {
	_      structs.HostLayout
	mutex  Mutex
	depth  atomic.Uint32
	holder atomic.Uint64
}

// barrierSize is the size of a Barrier in bytes.
const barrierSize = 16 + memberCells*4

// Barrier lets the goroutines of several processes go on together: a round ends
// when the last of its parties has arrived. Init sets how many there are; zeroed
// memory has none, and is refused with ErrParties. It must be 8-byte aligned and
// stay where it is while it is used.
//
// A barrier that is broken stays so until Reset: by a party whose context ended
// while it waited, by a failed action, by Abort, by the death of a member that
// has joined, or of one that ran an action. A party that dies without having
// joined is like one that does not come: the others wait until a context ends. If
// it had arrived, the round counts it.
//
// Whoever ends a round touches the barrier last when it wakes the others, and they
// only read it from then on. So the party with index 0 may unlink or zero it as
// soon as it has returned. The memory may be used for something else, or unmapped,
// when all have returned.
//
//	 0  parties  uint32: how many; 0 is not set
//	 4  bell     uint32: slept on; stepped when a round ends or is broken
//	 8  state    uint64, of which every step is one compare-and-swap:
//	             0 count:30     parties that have arrived; the member, while it runs
//	            30 running:1    the action runs: all have arrived
//	            31 broken:1
//	            32 sleepers:1   somebody may be asleep
//	            33 cut:1        the lowest bit of the round that the last Reset ended
//	            34 epoch:10     how many Resets there were
//	            44 round:20     how many rounds there were, those that Reset ended too
//	16  joined   64 members whose death breaks it
type Barrier struct {
	_       structs.HostLayout
	parties atomic.Uint32
	bell    atomic.Uint32
	state   atomic.Uint64
	joined  [memberCells]atomic.Uint32
}

// permitsHeader is the head of Permits in shared memory. Zeroed memory is a header
// that nobody has made yet.
//
//	 0  n      uint32      number of permits, stored once
//	 4  bell   uint32      W (bit 0), a count of rings (bits 1-31)
//	 8  -      56 bytes
//	64  words  n x uint32  the member who has the permit; 0 = free
//
// W says that somebody may be asleep on the bell. Whoever frees a permit then
// steps the count, clears W and wakes one.
type permitsHeader struct {
	_    structs.HostLayout
	n    atomic.Uint32 // stored by compare-and-swap from 0; loaded once by each Permits
	bell atomic.Uint32 // written by sleepers and by who frees a permit
	_    [56]byte
}

const permitsHeaderSize = 64
