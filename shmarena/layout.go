package shmarena

import (
	"fmt"
	"hash/fnv"
	"structs"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

// The bytes of an arena. Offsets are from the start of the file, numbers are
// little-endian. "fixed" is written once, before anybody can see the arena;
// everything else is read and written with atomics by all members.
//
//	   0  header     magic, version, sizes, checksum                 fixed
//	 256  heap       mutex, hint, counters, redo record, warm runs
//	2304  names      mutex of the directory
//	4096  members    the member table, member.TableSize(n) bytes
//	   .  cells      one cell of 768 bytes for each member slot
//	   .  directory  512 entries of 128 bytes
//	   .  holds      mutex, and 1022 entries of 32 bytes
//	   .  spans      one span of 32 bytes for each 64 KiB of blocks
//	   .  tables     one table of 8 KiB for each span, page-aligned
//	   .  blocks     from the next multiple of 64 KiB to the end
//
// Everything before the blocks is the metadata. What lies before the tables is
// reserved at creation, in one piece, so that it can never fault for want of
// memory. A table is a hole until its span is cut into small blocks for the
// first time, and stays from then on: who holds a stale Array may look at it
// at any time. Blocks are reserved as they are handed out, and are holes in the
// file while they are free, except those that are kept warm.
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
//	  64  keep      uint64, bytes of freed blocks that stay reserved
//	  72  flags     uint32: 1 blocks are guarded and leaks reported
//	  76  zero
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
	headerKeep     = headerCreated + 8
	headerFlags    = headerKeep + 8
	headerZero     = headerFlags + 4
	headerChecksum = headerZero + 48
	headerSize     = headerChecksum + 4

	heapAt    = 256
	namesAt   = heapAt + heapControlSize
	membersAt = 4096

	heapControlSize = 2048
	nameControlSize = 128
	cellSize        = 768
	entrySize       = 128
	entries         = 512
	holdTableSize   = 32 << 10
	holdEntries     = (holdTableSize - 64) / 32
	spanBytes       = 32
	tableSize       = 8192

	spanShift   = 16
	spanSize    = 1 << spanShift // bytes of one span
	maxSize     = 1 << 47        // of an arena
	redoPairs   = 24
	warmRuns    = 160
	maxClasses  = 31 // of small blocks; see classes.go
	hintWords   = 16
	tableBlocks = 1000 // words of a table, one for each block
	nameWords   = 7    // of a published name: one byte of length, then its bytes
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

// heapControl is the allocator's shared state. mu guards all of it but left;
// the counters may be read without it.
type heapControl struct {
	_     structs.HostLayout
	mu    futex.Mutex   // 0
	_     uint32        // 4
	hint  atomic.Uint64 // 8: first span of a run, where the next search begins
	used  atomic.Uint64 // 16: spans that are neither FREE nor WARM
	bytes atomic.Uint64 // 24: bytes of large blocks, as they were asked for
	peak  atomic.Uint64 // 32: the most that bytes and the small spans ever were
	alloc atomic.Uint64 // 40: large blocks, and small ones of spans given back, ever allocated
	freed atomic.Uint64 // 48: of these, ever freed
	warm  atomic.Uint64 // 56: spans that are WARM
	small atomic.Uint64 // 64: spans that are cut into small blocks
	left  atomic.Uint64 // 72: stepped when a member leaves small spans behind
	_     [6]uint64     // 80
	redo  redoRecord    // 128
	_     [7]uint64     // 520
	stack warmStack     // 576
	_     [23]uint64    // 1864
}

// warmStack lists the runs that are kept warm, the warmest on top. It is a
// hint: the span table says what is WARM.
type warmStack struct {
	_     structs.HostLayout
	count atomic.Uint64
	runs  [warmRuns]atomic.Uint64 // number of the first span, plus one
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
// spans.go for their bits. room is for spans of small blocks, see small.go;
// table is how many bytes of the span's table are reserved, and never less again.
//
//	ctrl  state:4 | owner:30 | generation:30
//	ext   kind:15 | slack:17 | spans:32
type span struct {
	_         structs.HostLayout
	ctrl, ext atomic.Uint64
	room      atomic.Uint64
	table     atomic.Uint64
}

// spanTable is what a span of small blocks has beside it. blocks hold the truth,
// one word for each block (see block.go); a bit in hints says that the block was
// free when the bit was set. Anybody sets a hint, the owner takes it away.
type spanTable struct {
	_      structs.HostLayout
	hints  [hintWords]atomic.Uint64
	_      [8]uint64
	blocks [tableBlocks]atomic.Uint64
}

// cell is what a member slot has for the heap. mail has a word for each class:
// bit g says that a full span of the slot's member in the g-th part of the heap
// got a block back; anybody sets it. into is written by the member itself.
type cell struct {
	_    structs.HostLayout
	mail [maxClasses + 1]atomic.Uint64
	into [maxClasses + 1]intoRecord // the last one is for large blocks
}

// intoRecord names a block that is being allocated into a word of the arena.
type intoRecord struct {
	_   structs.HostLayout
	dst atomic.Uint64 // offset of the word
	ref atomic.Uint64 // the block, as the word will hold it; 0 for none; stored last
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

// The blocks of the collections, which begin with one of these. Whatever can be
// in a block is found by whoever has its handle and nobody else, so that none of
// it counts for the version of the arena; the names of the words' types in
// value.go, counter.go, list.go and map.go do for the type of the handle.

// valueHead begins a Value. Two copies follow: readers have copy seq%2.
type valueHead struct {
	_   structs.HostLayout
	mu  futex.Mutex   // 0: whoever writes
	_   uint32        // 4
	seq atomic.Uint64 // 8: stores so far
}

// counterShard is what some members have added to a Counter.
type counterShard struct {
	_     structs.HostLayout
	added atomic.Int64 // 0
	_     [7]uint64    // 8
}

// listHead is the first block of a List. Segment k has the elements from
// listFirst<<(k-1) on, segment 0 those before.
type listHead struct {
	_       structs.HostLayout
	mu      futex.Mutex   // 0: whoever changes anything
	_       uint32        // 4
	freed   atomic.Uint64 // 8: 1 while and after it is freed
	n       atomic.Uint64 // 16: elements
	version atomic.Uint64 // 24: stepped before n gets smaller
	_       [4]uint64     // 32
	parts   [listSegments]atomic.Uint64
}

// mapHead is the first block of a Map. The stripes follow.
type mapHead struct {
	_       structs.HostLayout
	freed   atomic.Uint64              // 0: 1 while and after it is freed
	seed    atomic.Uint64              // 8: fixed, random
	mult    atomic.Uint64              // 16: fixed, random and odd
	first   atomic.Uint64              // 24: fixed, log2 of the buckets in segment 0
	_       [4]uint64                  // 32
	buckets atomic.Uint64              // 64: only ever stepped, by whoever splits
	_       [7]uint64                  // 72
	grow    futex.Mutex                // 128: whoever adds a segment
	_       uint32                     // 132
	_       [7]uint64                  // 136
	parts   [mapSegments]atomic.Uint64 // 192: of buckets
	spills  [mapSegments]atomic.Uint64 // 512: of buckets that others overflow into
}

// mapStripe guards what the buckets whose number has the same last bits have
// together: how many entries, and which overflow buckets; and their splits.
type mapStripe struct {
	_     structs.HostLayout
	mu    futex.Mutex   // 0
	_     uint32        // 4
	count atomic.Uint64 // 8: entries
	spill atomic.Uint64 // 16: overflow buckets in use
	_     [5]uint64     // 24
}

// bucketHead begins a bucket of a Map. Its lanes follow, each a key and a value
// in words. control has a byte for each lane, 0 if the lane is free. The lock, of whoever
// changes an entry of the chain, is in the line that he needs in any case.
type bucketHead struct {
	_       structs.HostLayout
	control atomic.Uint64 // 0
	version atomic.Uint64 // 8: of the whole chain, in its first bucket
	next    atomic.Uint64 // 16: 1 + the overflow bucket that goes on, 0 for none
	mu      futex.Mutex   // 24: of the whole chain, in its first bucket
	_       uint32        // 28
}

const (
	valueHeadSize    = 16
	counterShardSize = 64
	listHeadSize     = 64 + 8*listSegments
	mapHeadSize      = 192 + 2*8*mapSegments
	mapStripeSize    = 64
	bucketHeadSize   = 32
	bucketAlign      = 64

	bucketLanes   = 8
	counterShards = 32
	listSegments  = 40
	listFirst     = 16 // elements of a List's first segment
	mapSegments   = 40
	mapStripes    = 256 // at most, a power of two
)

// geometry is where things are in an arena: computed from two numbers, by the
// creator and by everybody who attaches, and compared with the header.
type geometry struct {
	members    int    // slots
	cells      uint64 // offset of the cells
	directory  uint64 // offset of the directory
	holds      uint64 // offset of the table of holds
	spans      uint64 // offset of the span table
	spanCount  uint64
	tables     uint64 // offset of the tables of small blocks; bytes that are always reserved
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
	g.cells = align(membersAt+g.memberSize, cellAlign)
	g.directory = g.cells + uint64(members)*cellSize
	g.holds = g.directory + entries*entrySize
	g.spans = g.holds + holdTableSize
	g.tables = align(g.spans+g.spanCount*spanBytes, tableAlign)
	g.blocks = align(g.tables+g.spanCount*tableSize, spanSize)
	g.size = g.blocks + capacity
	return g
}

const (
	cellAlign  = 128
	tableAlign = 4096
)

func align(n, to uint64) uint64 { return (n + to - 1) &^ (to - 1) }

// layoutHash covers what the header's numbers do not: the constants above, the
// classes of small blocks, and the size of the member table, which another
// package lays out.
var layoutHash = sync.OnceValue(hashLayout)

func hashLayout() uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, headerSize, heapAt, namesAt, membersAt, entries, entrySize,
		spanBytes, spanShift, redoPairs, nameWords, holdTableSize, holdEntries, int64(lockGate), int64(lockReaders), int64(lockBase),
		member.TableSize(1), member.TableSize(2), cellSize, tableSize, tableBlocks, warmRuns)
	for _, c := range classes {
		fmt.Fprintln(h, c.size, c.count)
	}
	return h.Sum64()
}
