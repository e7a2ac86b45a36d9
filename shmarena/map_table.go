package shmarena

import (
	"fmt"
	"math/bits"
	"sync/atomic"
)

// table is one call's view of a Map, whatever its keys and values are.
//
// It is a linear hash table (W. Litwin, 1980). Of n buckets, 2^l <= n < 2^(l+1),
// those below n-2^l are split: the last l+1 bits of the hash say which of the
// two halves, below 2^(l+1), a key is in; for the others the last l bits count.
// Growing by one splits one bucket, so that there never is a pause; segments of
// buckets double and never move.
//
// There are two kinds of locks. That of a bucket, which is its chain's, is held by whoever
// changes an entry. That of a stripe, of the buckets whose number has the same last
// bits, is held in addition, and taken first, by whoever changes how many entries
// there are, lets a bucket overflow, or splits one. Both halves of a split are of
// one stripe, so the stripe of a key never changes; its bucket does not while
// either is held.
type table struct {
	at      *attachment
	head    *mapHead
	stripes []mapStripe
	first   uint // log2 of the buckets in segment 0
	key     int  // words of a key
	lane    int  // words of a lane: key and value
}

// view sets the table up for a call that only reads.
func (t *table) view(b root, key, lane int) error {
	at, mem, err := b.look()
	if err != nil {
		return err
	}
	return t.of(at, mem, key, lane)
}

// enter sets the table up for a call that takes locks; t.at.leave ends it.
func (t *table) enter(b root, key, lane int) error {
	at, mem, err := b.enter()
	if err != nil {
		return err
	}
	if err := t.of(at, mem, key, lane); err != nil {
		at.leave()
		return err
	}
	return nil
}

func (t *table) of(at *attachment, mem []byte, key, lane int) error {
	n := (len(mem) - mapHeadSize) / mapStripeSize
	if n < 1 || n > mapStripes || n&(n-1) != 0 || len(mem) != mapHeadSize+n*mapStripeSize {
		return ErrFreed
	}
	t.at, t.head = at, overlay[mapHead](mem)
	t.stripes = overlays[mapStripe](mem[mapHeadSize:], n)
	t.key, t.lane = key, lane
	if t.head.freed.Load() != 0 {
		return ErrFreed
	}
	first := t.head.first.Load()
	if first > mapMostFirst || 1<<first < n {
		return fmt.Errorf("map of 2^%d buckets and %d stripes: %w", first, n, ErrCorrupt)
	}
	t.first = uint(first)
	return nil
}

const (
	mapMostFirst   = 36      // log2 of the buckets that a map can begin with
	mapMostBuckets = 1 << 40 // of any map
	mapMostChain   = 1 << 10 // buckets that one may overflow into
	allLanes       = 0x8080808080808080
	eachLane       = 0x0101010101010101
)

// size is the number of buckets.
func (t *table) size() (uint64, error) {
	n := t.head.buckets.Load() // pairs with split
	if n < 1<<t.first || n > mapMostBuckets {
		return 0, fmt.Errorf("map of %d buckets: %w", n, ErrCorrupt)
	}
	return n, nil
}

// addressOf is the bucket of a hash among n.
func addressOf(hash, n uint64) uint64 {
	top := uint64(1) << (uint(bits.Len64(n)) - 1)
	if b := hash & (2*top - 1); b < n {
		return b
	}
	return hash & (top - 1)
}

// stripeOf is the stripe of a hash, and of a bucket.
func (t *table) stripeOf(hash uint64) *mapStripe { return &t.stripes[hash&uint64(len(t.stripes)-1)] }

// primary is bucket i, overflow is overflow bucket i.
func (t *table) primary(i uint64) (*bucketHead, error) { return t.bucket(&t.head.parts, t.first, i) }
func (t *table) overflow(i uint64) (*bucketHead, error) {
	return t.bucket(&t.head.spills, t.spillLog(), i)
}

// spillLog is log2 of the overflow buckets in their first segment: one a stripe.
func (t *table) spillLog() uint { return uint(bits.Len(uint(len(t.stripes))) - 1) }

// stride is the size of a bucket: whole lines, so that no two share one.
func (t *table) stride() uint64 {
	return align(bucketHeadSize+8*bucketLanes*uint64(t.lane), bucketAlign)
}

func (t *table) bucket(parts *[mapSegments]atomic.Uint64, log uint, i uint64) (*bucketHead, error) {
	k, first, _ := segmentOf(i, log)
	if k >= mapSegments || i > mapMostBuckets {
		return nil, t.missing(ErrArgument, i)
	}
	mem, err := t.at.named(&parts[k])
	if err != nil {
		return nil, t.missing(err, i)
	}
	stride := t.stride()
	at := (i - first) * stride
	if at+stride > uint64(len(mem)) {
		return nil, t.missing(ErrSize, i)
	}
	return overlay[bucketHead](mem[at : at+stride]), nil
}

// missing is the error of a bucket that has no memory.
//
//go:noinline
func (t *table) missing(err error, i uint64) error {
	if t.head.freed.Load() != 0 {
		return ErrFreed
	}
	return fmt.Errorf("bucket %d has no memory: %w: %w", i, err, ErrCorrupt)
}

// after is the bucket that w, the i-th of a chain, overflows into, or nil.
func (t *table) after(w *bucketHead, i int) (*bucketHead, error) {
	next := w.next.Load() // pairs with extend: that bucket is empty by then
	if next == 0 {
		return nil, nil
	}
	if i >= mapMostChain {
		return nil, fmt.Errorf("bucket overflows more than %d times: %w", mapMostChain, ErrCorrupt)
	}
	return t.overflow(next - 1)
}

// tagOf is a hash's byte in the control word.
func tagOf(hash uint64) uint64 {
	if tag := hash >> 56; tag != 0 {
		return tag
	}
	return 1
}

// equal has the highest bit set of those bytes of a control word that are tag.
func equal(control, tag uint64) uint64 { return free(control ^ tag*eachLane) }

// free has the highest bit set of those bytes of a control word that are 0.
func free(control uint64) uint64 {
	return ^((control&^allLanes + ^uint64(allLanes)) | control | ^uint64(allLanes))
}

// used has the highest bit set of the others.
func used(control uint64) uint64 { return free(control) ^ allLanes }

// firstLane is the lane of the lowest bit that is set.
func firstLane(set uint64) int { return bits.TrailingZeros64(set) / 8 }

// withTag is a control word with the byte of a lane replaced.
func withTag(control uint64, lane int, tag uint64) uint64 {
	return control&^(0xff<<(8*lane)) | tag<<(8*lane)
}

// change makes a control word the valid one, by one store: lanes that have
// become free are gone with it, and those that have got a tag are there.
//
// A reader looks at the version, the control word, the lanes, and then at both
// again. Lanes are only written while they are free, that is, after a change;
// so if the control word is the same and a lane was written in between, there
// were two changes, the second of which stepped the version after the reader
// first looked at it.
func (w *bucketHead) change(home *bucketHead, control uint64) {
	home.version.Add(1)
	w.control.Store(control)
}
