package kernels

import (
	"math/bits"
	"runtime"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
)

// Assembly cannot be preempted, so a kernel that is handed a gigabyte would
// hold up a stop-the-world for its whole run. Every kernel is therefore cut
// into blocks of at most 256 KiB of input, with a safepoint between two of
// them. Before the first one there is that in the prologue of the Go function:
// none that begins a kernel is small enough to be inlined.
const (
	blockBytes = 256 << 10
	block1     = blockBytes / 8 // elements a block, one input of 8-byte elements
	block2     = block1 / 2     // two such inputs, or one and the codes
	block3     = block1 / 4     // three or four
)

// streamBytes is the size from which results are not put into the caches: they
// would not stay there, and a store round them need not read the line first.
const streamBytes = 8 << 20

// streams returns 1 for the assembly if n elements of 8 bytes that are apart
// from all inputs are to go round the caches.
func streams(n int, apart bool) int {
	if apart && n >= streamBytes/8 {
		return 1
	}
	return 0
}

// safepoint is where the runtime can stop the goroutine between two blocks.
func safepoint() { spin.Checkpoint() }

// A safepoint lets the world be stopped. But what has to run before and after that, as the
// steps of a garbage collection, waits for a processor until the runtime takes one away
// from whoever has had it for 10 ms; and there are several steps, which may all wait for the
// same processor. So who has long to go gives others a turn now and then. It costs 65 ns if
// nobody waits, but 9 us in a goroutine that is locked to its thread.

// A pace tells when that is in a loop that writes: by the clock, since an element of memory
// that nobody has touched takes twenty times as long as one of memory that is in use. The
// zero value is the start of a call.
type pace struct {
	work int           // since the clock was read
	last time.Duration // when others had a turn; 0 in the first part of a call
}

// turnTime is how long a turn is. Tests want less.
var turnTime = 200 * time.Microsecond

// lookElems is how many elements are written, or numbers of a matrix multiplied, between two
// looks at the clock: some microseconds in memory, and a third of a millisecond at worst.
// Calls of up to paceFirst times as many do not look at all.
const (
	lookElems = 1 << 13
	paceFirst = 16
)

// began is what the clock is read from: from a time of its own, it is read once, not twice.
var began = time.Now()

// spend is a safepoint between two pieces of work, of which one of size n has been done, or
// is about to be. Others have a turn if it is time, which is looked at when most is reached.
func (p *pace) spend(n, most int) {
	p.work += n
	if p.work < most || p.last == 0 && p.work < most*paceFirst {
		safepoint()
		return
	}
	p.look()
}

// next returns how many elements come next, at most so many of those that are left, and
// spends them.
func (p *pace) next(left, most int) int {
	n := min(left, most)
	p.spend(n, lookElems)
	return n
}

func (p *pace) look() {
	p.work = 0
	now := time.Since(began)
	if p.last == 0 {
		p.last = now
	}
	if now-p.last < turnTime {
		safepoint()
		return
	}
	runtime.Gosched()
	p.last = time.Since(began) // others' turns may be long
}

const (
	pieceElems = 1 << 15        // between two turns, of what is as slow as a sort
	mostElems  = blockBytes / 4 // of a block: one is always there at a turn
)

// turnElems is how many elements lie between two turns of what only reads, a power of two:
// some tenths of a millisecond from memory. Tests want fewer.
var turnElems = 1 << 19

// giveWay is a safepoint between two blocks of what only reads, and gives others a turn if
// left, the number of elements that are still to do, passes a multiple of turnElems. There
// is nothing to count.
func giveWay(left int) { giveWayIf(gives(left)) }

// giveWayAt gives others a turn before n elements are parted, if they are many.
func giveWayAt(n int) { giveWayIf(n >= pieceElems) }

func giveWayIf(yes bool) {
	if yes {
		runtime.Gosched()
		return
	}
	safepoint()
}

// gives reports whether, of a call that is long, one of the blocks that are still to do
// is the first of a turn.
func gives(left int) bool { return left >= turnElems && left&(turnElems-1) < mostElems }

// split returns where to cut n elements, more than one block of them, in two:
// after the largest power of two of blocks that leaves something behind it. So
// the tree of partial results depends on n alone. Parts of one to two turns give way.
func split(n, block int) int {
	if n >= turnElems && n < 2*turnElems {
		runtime.Gosched()
	}
	full := (n - 1) / block
	return block << (bits.Len(uint(full)) - 1)
}

func sameLength(a, b int) {
	if a != b {
		panic("kernels: slices differ in length")
	}
}
