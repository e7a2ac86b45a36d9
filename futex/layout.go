package futex

import (
	"structs"
	"sync/atomic"
)

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
