package shmarena

import (
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// state is what a run of spans is.
//
//	FREE ──take──► COMMITTING ──reserved──► LARGE ◄──► FREEING ──► PUNCHING ──► FREE
//	                    │  └───────────► SMALL ◄──► HELD ──empty────►┘ │
//	                    └─────cannot be reserved─────────────────►─┘   ▼
//	                    ◄───────────────────take─────────────────── WARM
//
// COMMITTING, FREEING, PUNCHING and HELD name the member that is at work on the
// run; when it dies, a survivor finishes the work. FREEING is a block while
// somebody who would free it looks whether it is held (heap.decide). LARGE names the member that made the
// block, for reports. SMALL is one span that is cut into small blocks, and names
// the member that allocates from it; HELD is the same while somebody looks
// whether all of them are free, and lets nobody allocate. A WARM run is free and
// still has its memory. The last span of a run that is not FREE and has more
// than one is a TAIL.
type state uint64

const (
	stateFree state = iota
	stateLarge
	stateTail
	stateCommitting
	statePunching
	stateSmall
	stateHeld
	stateWarm
	stateFreeing
	stateCount
)

func (s state) String() string {
	names := [...]string{"FREE", "LARGE", "TAIL", "COMMITTING", "PUNCHING", "SMALL", "HELD", "WARM", "FREEING"}
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
	s := c.state()
	return s == stateCommitting || s == statePunching || s == stateFreeing
}

// idle is c as a run that nobody has, FREE or WARM: the generation stays, to go
// on from.
func (c ctrl) idle(s state) ctrl { return makeCtrl(s, 0, c.gen()) }

// as is c in another state, with another owner.
func (c ctrl) as(s state, owner futex.ID) ctrl { return makeCtrl(s, owner, c.gen()) }

// hasBlocks reports whether a span is cut into small blocks.
func (c ctrl) hasBlocks() bool { return c.state()-stateSmall <= stateHeld-stateSmall }

// nextGen is the generation of the next block that begins at this span.
func (c ctrl) nextGen() uint32 { return stepGen(c.gen()) }

// stepGen is the generation after g; never 0, which is the generation of no block.
func stepGen(g uint32) uint32 {
	if g = (g + 1) & genMask; g != 0 {
		return g
	}
	return 1
}

// extent is the second word of a span: the length of its run; for a block the
// bytes at its end that nobody asked for; and the kind of the run. The last
// span of a run holds the same.
type extent uint64

const (
	lengthBits = 32
	kindShift  = 49

	// The kinds of a run: a large block; small blocks of the class kind-1; or one
	// that is WARM, or was and is PUNCHING, so that its block has been counted as freed.
	kindLarge = 0
	kindWarm  = 1<<15 - 1
)

func makeExtent(spans, slack uint64) extent { return extent(spans | slack<<lengthBits) }

// smallExtent is the extent of a span of small blocks.
func smallExtent(c int) extent { return makeExtent(1, 0).of(uint64(c) + 1) }

func (e extent) spans() uint64 { return uint64(e) & (1<<lengthBits - 1) }
func (e extent) slack() uint64 { return uint64(e) >> lengthBits & (1<<(kindShift-lengthBits) - 1) }
func (e extent) kind() uint64  { return uint64(e) >> kindShift }

// of is e as another kind.
func (e extent) of(kind uint64) extent { return e&(1<<kindShift-1) | extent(kind<<kindShift) }

// class is the class of small blocks that the span is cut into.
func (e extent) class() (c int, ok bool) {
	k := e.kind() - 1 // wraps for a large one
	return int(k), k < classCount
}

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
