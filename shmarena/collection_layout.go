package shmarena

import (
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

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

// mapStripe guards the buckets whose number has the same last bits.
type mapStripe struct {
	_     structs.HostLayout
	mu    futex.Mutex   // 0
	_     uint32        // 4
	count atomic.Uint64 // 8: entries
	spill atomic.Uint64 // 16: overflow buckets in use
	_     [5]uint64     // 24
}

// bucketHead begins a bucket of a Map. Its lanes follow, each a key and a value
// in words. control has a byte for each lane, 0 if the lane is free.
type bucketHead struct {
	_       structs.HostLayout
	control atomic.Uint64 // 0
	version atomic.Uint64 // 8: of the whole chain, in its first bucket
	next    atomic.Uint64 // 16: 1 + the overflow bucket that goes on, 0 for none
	_       uint64        // 24
}

const (
	valueHeadSize    = 16
	counterShardSize = 64
	listHeadSize     = 64 + 8*listSegments
	mapHeadSize      = 192 + 2*8*mapSegments
	mapStripeSize    = 64
	bucketHeadSize   = 32

	bucketLanes   = 8
	counterShards = 32
	listSegments  = 40
	listFirst     = 16 // elements of a List's first segment
	mapSegments   = 40
	mapStripes    = 256 // at most, a power of two
)
