package shmarena

import (
	"fmt"
	"hash/fnv"
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

// The bytes of an arena. Offsets are from the start of the file, numbers are
// little-endian. "fixed" is written once, before anybody can see the arena;
// everything else is read and written with atomics by all members.
//
//	   0  header     magic, version, sizes, checksum                 fixed
//	 256  heap       mutex, hint, counters, redo record
//	 768  names      mutex of the directory
//	4096  members    the member table, member.TableSize(n) bytes
//	   .  directory  512 entries of 128 bytes
//	   .  holds      mutex, and 1022 entries of 32 bytes
//	   .  spans      one span of 16 bytes for each 64 KiB of blocks
//	   .  blocks     from the next multiple of 64 KiB to the end
//
// Everything before the blocks is the metadata: reserved at creation, in one
// piece, so that it can never fault for want of memory. Blocks are reserved
// as they are handed out, and are holes in the file while they are free.
//
//	header (128 bytes)
//	   0  magic     "SHMARENA"
//	   8  version   uint32
//	  12  platform  "le64"
//	  16  layout    uint64, hash of the constants below
//	  24  id        uint32, random, never 0
//	  28  members   uint32, slots of the member table
//	  32  asked     uint64, the size that the creator asked for
//	  40  capacity  uint64, bytes of all blocks, a multiple of 64 KiB
//	  48  size      uint64, bytes of the file
//	  56  created   int64, Unix nanoseconds
//	  64  zero
//	 124  checksum  uint32, CRC-32C of bytes 0 to 124
const (
	magic         = "SHMARENA"
	layoutVersion = 3
	platform      = "le64"

	headerMagic    = 0
	headerVersion  = headerMagic + 8
	headerPlatform = headerVersion + 4
	headerLayout   = headerPlatform + 4
	headerID       = headerLayout + 8
	headerMembers  = headerID + 4
	headerAsked    = headerMembers + 4
	headerCapacity = headerAsked + 8
	headerFileSize = headerCapacity + 8
	headerCreated  = headerFileSize + 8
	headerZero     = headerCreated + 8
	headerChecksum = headerZero + 60
	headerSize     = headerChecksum + 4

	heapAt    = 256
	namesAt   = heapAt + heapControlSize
	membersAt = 4096

	heapControlSize = 512
	nameControlSize = 128
	entrySize       = 128
	entries         = 512
	spanBytes       = 16
	holdTableSize   = 32 << 10
	holdEntries     = (holdTableSize - 64) / 32

	spanShift = 16
	spanSize  = 1 << spanShift // bytes of one span
	maxSize   = 1 << 47        // of an arena
	redoPairs = 20
	nameWords = 7 // of a published name: one byte of length, then its bytes
)

// Bytes of the file that are only ever locked, never read: far behind the end
// of any arena. Slot i of the member table is alive while byte lockBase+i is
// locked; the gate is held shared by whoever is attaching, and exclusively by
// a Sweep that removes the name; readers is held shared by all who have the arena
// attached read-only.
const (
	lockGate    = 1 << 48
	lockReaders = lockGate + 1
	lockBase    = lockGate + 4096
)

// heapControl is the allocator's shared state. mu guards all of it; the
// counters may be read without it.
type heapControl struct {
	_     structs.HostLayout
	mu    futex.Mutex   // 0
	_     uint32        // 4
	hint  atomic.Uint64 // 8: first span of a run, where the next search begins
	used  atomic.Uint64 // 16: spans that are not FREE
	bytes atomic.Uint64 // 24: bytes that were asked for and not freed
	peak  atomic.Uint64 // 32: the most that bytes ever was
	alloc atomic.Uint64 // 40: blocks ever allocated
	freed atomic.Uint64 // 48: blocks ever freed
	_     [9]uint64     // 56
	redo  redoRecord    // 128
	_     [7]uint64     // 456
}

// redoRecord is a change of the heap that is being made: count pairs of a word
// (see heap.word) and its value after the change. count is stored last and
// cleared when the change is made; while it is not 0, whoever takes the mutex
// from a dead owner stores the values again.
type redoRecord struct {
	_     structs.HostLayout
	count atomic.Uint64
	pairs [redoPairs]redoPair
}

type redoPair struct {
	_           structs.HostLayout
	word, value atomic.Uint64
}

// span describes one 64 KiB span of the heap. Valid are the words of the first
// and the last span of each run, and nobody reads the ones between; see
// spans.go for their bits.
//
//	ctrl  state:4 | owner:30 | generation:30
//	ext   0:16 | slack:16 | spans:32
type span struct {
	_         structs.HostLayout
	ctrl, ext atomic.Uint64
}

// nameControl guards the directory.
type nameControl struct {
	_  structs.HostLayout
	mu futex.Mutex // 0
	_  [31]uint32
}

// entry is a published array. state is stored last when a name is published
// and cleared first when it is taken back, so an entry is whole or absent.
type entry struct {
	_     structs.HostLayout
	state atomic.Uint64            // 0: 0 empty, 1 in use
	typ   atomic.Uint64            // 8: layout hash of the elements
	gen   atomic.Uint64            // 16: generation of the block
	off   atomic.Uint64            // 24: offset of the block
	n     atomic.Uint64            // 32: elements
	_     [4]uint64                // 40
	name  [nameWords]atomic.Uint64 // 72
}

// holdTable says who keeps which block from being freed, and why.
type holdTable struct {
	_     structs.HostLayout
	mu    futex.Mutex   // 0
	_     uint32        // 4
	top   atomic.Uint64 // 8: entries from here on were never used
	_     [6]uint64     // 16
	holds [holdEntries]hold
}

// hold is one member's claim on a block. word is claimed by CAS under the table's
// mutex, off and gen follow, and then word says what the hold is for.
//
//	word  kind:4 | owner:30 | tag:30
type hold struct {
	_    structs.HostLayout
	word atomic.Uint64
	off  atomic.Uint64 // of the block
	gen  atomic.Uint64 // of the block
	_    uint64
}

// geometry is where things are in an arena: computed from two numbers, by the
// creator and by everybody who attaches, and compared with the header.
type geometry struct {
	members    int    // slots
	directory  uint64 // offset of the directory
	holds      uint64 // offset of the table of holds
	spans      uint64 // offset of the span table
	spanCount  uint64
	blocks     uint64 // offset of the first block; bytes of metadata
	size       uint64 // of the file
	memberSize uint64 // bytes of the member table
}

// geometryOf places the tables for so many member slots and bytes of blocks.
//
// Preconditions:
//   - 1 <= members <= maxMembers
//   - capacity is a multiple of spanSize, not 0, and at most maxSize
func geometryOf(members int, capacity uint64) geometry {
	g := geometry{members: members, spanCount: capacity >> spanShift}
	g.memberSize = uint64(member.TableSize(members))
	g.directory = align(membersAt+g.memberSize, entrySize)
	g.holds = g.directory + entries*entrySize
	g.spans = g.holds + holdTableSize
	g.blocks = align(g.spans+g.spanCount*spanBytes, spanSize)
	g.size = g.blocks + capacity
	return g
}

func align(n, to uint64) uint64 { return (n + to - 1) &^ (to - 1) }

// layoutHash covers what the header's numbers do not: the constants above and
// the size of the member table, which another package lays out.
func layoutHash() uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, headerSize, heapAt, namesAt, membersAt, entries, entrySize,
		spanBytes, spanShift, redoPairs, nameWords, holdTableSize, holdEntries, int64(lockGate), int64(lockReaders), int64(lockBase),
		member.TableSize(1), member.TableSize(2))
	return h.Sum64()
}
