package shmarena

import (
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// state is what a run of spans is.
//
//	FREE ──alloc──► COMMITTING ──reserved──► LARGE ──free──► PUNCHING ──► FREE
//	                     └────────cannot be reserved────────────▲
//
// COMMITTING and PUNCHING name the member that is at work on the run; when it
// dies, a survivor finishes the work. LARGE names the member that made the
// block, for reports. The last span of a run that is not free and has more
// than one is a TAIL.
type state uint64

const (
	stateFree state = iota
	stateLarge
	stateTail
	stateCommitting
	statePunching
)

func (s state) String() string {
	names := [...]string{"FREE", "LARGE", "TAIL", "COMMITTING", "PUNCHING"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("state %d", uint64(s))
}

// ctrl is the first word of a span.
type ctrl uint64

const (
	genBits   = 30
	ownerBits = 30
	genMask   = 1<<genBits - 1
	ownerMask = 1<<ownerBits - 1
)

func makeCtrl(s state, owner futex.ID, gen uint32) ctrl {
	return ctrl(uint64(s)<<(ownerBits+genBits) | uint64(owner&ownerMask)<<genBits | uint64(gen&genMask))
}

func (c ctrl) state() state    { return state(c >> (ownerBits + genBits)) }
func (c ctrl) owner() futex.ID { return futex.ID(c >> genBits & ownerMask) }
func (c ctrl) gen() uint32     { return uint32(c & genMask) }

// inWork reports whether the owner is at work on the run.
func (c ctrl) inWork() bool {
	return c.state() == stateCommitting || c.state() == statePunching
}

// free is c as a free span: the generation stays, to go on from.
func (c ctrl) free() ctrl { return makeCtrl(stateFree, 0, c.gen()) }

// nextGen is the generation of the next block that begins at this span; never
// 0, which is the generation of no block.
func (c ctrl) nextGen() uint32 {
	if g := (c.gen() + 1) & genMask; g != 0 {
		return g
	}
	return 1
}

// extent is the second word of a span: the length of its run, and for a block
// the bytes at its end that nobody asked for. The last span of a run holds the
// length too.
type extent uint64

const lengthBits = 32

func makeExtent(spans, slack uint64) extent { return extent(spans | slack<<lengthBits) }

func (e extent) spans() uint64 { return uint64(e) & (1<<lengthBits - 1) }
func (e extent) slack() uint64 { return uint64(e) >> lengthBits & (spanSize - 1) }

// bytes is the size of the block as it was asked for.
func (e extent) bytes() uint64 { return e.spans()<<spanShift - e.slack() }

// extentFor is the extent of a block of so many bytes.
//
// Preconditions: 0 < bytes <= maxSize
func extentFor(bytes uint64) extent {
	n := (bytes + spanSize - 1) >> spanShift
	return makeExtent(n, n<<spanShift-bytes)
}

// run is a run of spans as found in the table.
type run struct{ first, n uint64 }

func (r run) end() uint64 { return r.first + r.n }
