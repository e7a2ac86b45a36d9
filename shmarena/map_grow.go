package shmarena

import (
	"context"
	"fmt"
	"math/bits"
	"sync/atomic"
)

// load is how many entries a bucket has on average when the table grows.
const mapLoad = 4

// crowded reports whether the table is to grow, judged by one stripe.
func (t *table) crowded(s *mapStripe) bool {
	return s.count.Load()*uint64(len(t.stripes)) > mapLoad*t.head.buckets.Load()
}

// grow splits a bucket, or two, unless somebody else is there: then the next one
// who finds the table crowded does. It may fail for want of memory: then chains
// get longer.
func (t *table) grow(ctx context.Context) {
	for range 2 {
		n, err := t.size()
		if err != nil || n == mapMostBuckets || t.ensure(ctx, &t.head.parts, t.first, n) != nil {
			return
		}
		again, _ := t.supply(ctx, t.trySplit(n))
		if again && t.trySplit(n) != nil {
			return
		}
	}
}

// trySplit splits the bucket whose turn it is when there are n, if nobody holds
// its stripe, or the bucket.
func (t *table) trySplit(n uint64) error {
	s := t.stripeOf(n)
	held, died, err := t.at.trySeize(&s.mu)
	if !held {
		return err
	}
	err = t.locked(s, died)
	if err == nil && t.head.buckets.Load() == n {
		err = t.splitIfFree(s, n)
	}
	t.at.yield(&s.mu)
	return err
}

// splitIfFree splits a bucket if nobody holds it. The caller holds the stripe's lock.
func (t *table) splitIfFree(s *mapStripe, n uint64) error {
	from, err := t.primary(addressOf(n, n))
	if err != nil {
		return err
	}
	held, _, err := t.at.trySeize(&from.mu)
	if !held {
		return err
	}
	err = t.split(s, from, n)
	t.at.yield(&from.mu)
	return err
}

// split makes bucket n of a part of the bucket that has its last bits. First the
// new bucket is filled, which nobody looks at yet; then the number of buckets is
// stepped; then the movers are taken out of the old one. Killed before the
// step, nothing has happened; killed after it, the old bucket has entries that
// nobody takes for its own, until somebody clears them.
//
// The caller holds the lock of the stripe, which is that of both buckets, and that of
// the old bucket. Nobody else can be in the new one.
func (t *table) split(s *mapStripe, from *bucketHead, n uint64) (err error) {
	old := addressOf(n, n)
	to := spot{stripe: s, b: n, hash: n}
	if to.home, err = t.primary(n); err != nil {
		return err
	}
	if err := t.purge(to.home, n, 0); err != nil { // of a splitter that died
		return err
	}
	if err := t.move(&to, from, n); err != nil {
		return err
	}
	if !t.head.buckets.CompareAndSwap(n, n+1) { // pairs with size: the bucket is filled
		return fmt.Errorf("split of bucket %d of %d: %w", old, n, ErrCorrupt)
	}
	return t.purge(from, old, n+1)
}

// move copies those entries of a chain that belong into bucket n when there is
// one.
func (t *table) move(to *spot, from *bucketHead, n uint64) (err error) {
	for w, i := from, 0; w != nil; i++ {
		control := w.control.Load()
		for set := used(control); set != 0; set &= set - 1 {
			lane := firstLane(set)
			words := t.in(w, lane)
			if addressOf(t.hashIn(words), n+1) != n {
				continue
			}
			if err := t.add(to, words, control>>(8*lane)&0xff); err != nil {
				return err
			}
		}
		if w, err = t.after(w, i); err != nil {
			return err
		}
	}
	return nil
}

// add copies an entry into a chain that nobody reads yet.
func (t *table) add(to *spot, words []atomic.Uint64, tag uint64) error {
	ok, err := t.room(to)
	if err == nil && !ok {
		err = t.extend(to)
	}
	if err != nil {
		return err
	}
	control := to.in.control.Load()
	lane := firstLane(free(control))
	copyWords(t.in(to.in, lane), words)
	to.in.control.Store(withTag(control, lane, tag))
	return nil
}

// purge frees the lanes of a chain whose keys do not belong into bucket b of n;
// n is 0 for all of them.
func (t *table) purge(home *bucketHead, b, n uint64) (err error) {
	for w, i := home, 0; w != nil; i++ {
		control := w.control.Load()
		kept := control
		for set := used(control); set != 0; set &= set - 1 {
			lane := firstLane(set)
			if n == 0 || addressOf(t.hashIn(t.in(w, lane)), n) != b {
				kept = withTag(kept, lane, 0)
			}
		}
		if kept != control {
			w.change(home, kept)
		}
		if w, err = t.after(w, i); err != nil {
			return err
		}
	}
	return nil
}

// ensure makes sure that the segment of bucket i is there.
func (t *table) ensure(ctx context.Context, parts *[mapSegments]atomic.Uint64, log uint, i uint64) error {
	k, _, n := segmentOf(i, log)
	if k >= mapSegments {
		return fmt.Errorf("bucket %d: %w", i, ErrCorrupt)
	}
	if parts[k].Load() != 0 {
		return nil
	}
	if _, err := t.at.seize(ctx, &t.head.grow); err != nil {
		return err
	}
	defer t.at.yield(&t.head.grow)
	switch {
	case t.head.freed.Load() != 0:
		return ErrFreed
	case parts[k].Load() != 0:
		return nil
	}
	bytes := int64(maxSize + 1)
	if hi, lo := bits.Mul64(n, t.stride()); hi == 0 && lo < maxSize {
		bytes = int64(lo)
	}
	return t.at.allocInto(bytes, &parts[k])
}

// recount counts what is in a stripe whose owner has died between a change and
// counting it. The caller holds the stripe's lock, but not those of its buckets: others
// may be replacing entries.
func (t *table) recount(s *mapStripe) error {
	n, err := t.size()
	if err != nil {
		return err
	}
	var count, spill uint64
	for b := t.indexOf(s); b <= n; b += uint64(len(t.stripes)) {
		k, _, _ := segmentOf(b, t.first)
		if b == n && (k >= mapSegments || t.head.parts[k].Load() == 0) {
			break // nobody has begun to split into it
		}
		home, err := t.primary(b)
		if err == nil && b < n {
			err = t.countChain(b, n, &count)
		}
		if err == nil {
			err = t.countSpill(home, &spill)
		}
		if err != nil {
			return err
		}
	}
	s.count.Store(count)
	s.spill.Store(spill)
	return nil
}

// indexOf is the number of a stripe.
func (t *table) indexOf(s *mapStripe) uint64 {
	for i := range t.stripes {
		if &t.stripes[i] == s {
			return uint64(i)
		}
	}
	return 0
}

// countChain counts the entries of bucket b of n.
func (t *table) countChain(b, n uint64, count *uint64) error {
	for tries := 0; ; tries++ {
		entries, same, err := t.copyChain(b, n, nil)
		if err != nil {
			return err
		}
		if same {
			*count += uint64(len(entries) / t.lane)
			return nil
		}
		if !again(tries) {
			return errChanging
		}
	}
}

// countSpill finds the overflow buckets that a stripe must have taken for a chain.
func (t *table) countSpill(home *bucketHead, spill *uint64) (err error) {
	for w, i := home, 0; w != nil; i++ {
		if next := w.next.Load(); next != 0 {
			*spill = max(*spill, (next-1)/uint64(len(t.stripes))+1)
		}
		if w, err = t.after(w, i); err != nil {
			return err
		}
	}
	return nil
}
