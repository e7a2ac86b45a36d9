package shmarena

import "github.com/shmengine/shmengine/futex"

// block is the word of a small block, in the table of its span. It alone says
// what the block is; each step is one compare-and-swap.
//
//	FREE ──claim──► CLAIMED ──zeroed──► LIVE ──free──► FREE, next generation
//	  ▲                │                 │                ▲
//	  └──undone, or its maker died       └─hold─► PINNED ─┘
//
//	state:2 | slack:15 | maker:17 | generation:30
//
// The generation is that of the Array that names the block, or of the next one
// if it is free. maker is short for the member that allocated it (see makerOf), or
// all ones for a block that a structure owns (see allocInto);
// slack is how many bytes of the class nobody asked for.
//
// PINNED is a live block that somebody held once: whoever frees it looks at the
// holds, under their mutex. Who holds a block writes the hold first and makes the
// block PINNED then, under the same mutex. So a block that is LIVE can be freed at
// once: a hold on it, if there is one, is not yet anybody's, and its maker finds the
// block gone. A block stays PINNED until it is freed.
type block uint64

type blockState uint64

const (
	blockFree blockState = iota
	blockClaimed
	blockLive
	blockPinned
)

const (
	makerBits   = 17
	slackBits   = 15
	makerMask   = 1<<makerBits - 1
	slackMask   = 1<<slackBits - 1
	makerShift  = genBits
	slackShift  = makerShift + makerBits
	bstateShift = slackShift + slackBits
)

func makeBlock(s blockState, slack uint64, maker uint64, gen uint32) block {
	return block(uint64(s)<<bstateShift | slack&slackMask<<slackShift | maker&makerMask<<makerShift | uint64(gen&genMask))
}

func (b block) state() blockState { return blockState(b >> bstateShift) }
func (b block) maker() uint64     { return uint64(b>>makerShift) & makerMask }
func (b block) slack() uint64     { return uint64(b>>slackShift) & slackMask }
func (b block) gen() uint32       { return uint32(b & genMask) }

// lives reports whether somebody has the block.
func (b block) lives() bool { return b.state() >= blockLive }

// is reports whether somebody has the block, of a class, under that generation and
// with so many bytes.
func (b block) is(gen uint32, bytes uint64, c int) bool {
	const (
		lives = 1 << (bstateShift + 1) // LIVE and PINNED, and no other state
		mask  = lives | slackMask<<slackShift | genMask
	)
	size := uint64(classes[c].size)
	want := lives | (size-bytes)<<slackShift | uint64(gen)
	return (uint64(b)^want)&mask == 0 && gen-1 < genMask && bytes-1 < size
}

// as is b in another state.
func (b block) as(s blockState) block {
	return b&^(3<<bstateShift) | block(s)<<bstateShift
}

// kept is b as a block that a structure owns, and no member.
func (b block) kept() block { return b.as(blockLive) | makerMask<<makerShift }

// freed is b as a free block, for the next Array that will name it.
func (b block) freed() block { return makeBlock(blockFree, 0, 0, stepGen(b.gen())) }

// unclaimed is b as a free block that no Array has named.
func (b block) unclaimed() block { return makeBlock(blockFree, 0, 0, b.gen()) }

// makerOf shortens an id to its slot and the last bits of its generation, without
// the very last one, which is set in all. Of two members of the same slot with
// the same short id one is a multiple of 128 lives older.
func makerOf(id futex.ID) uint64 {
	const slotBits = 10
	return uint64(id.Slot()) | uint64(id.Generation()>>1)<<slotBits&makerMask
}
