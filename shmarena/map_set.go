package shmarena

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/shmengine/shmengine/internal/words"
)

// enough: a bucket gives its last free lane to no new key, so that each of its
// entries can always be replaced: written to that lane, and then exchanged by
// one store.
const enough = 2

// missingSpill says that an overflow bucket is needed that has no memory yet.
// It is no error to the caller of a Map.
type missingSpill uint64

func (m missingSpill) Error() string {
	return fmt.Sprintf("overflow bucket %d has no memory", uint64(m))
}

// find looks for a key. The caller holds the lock of its bucket.
func (t *table) find(p *spot, key []byte) (err error) {
	tag := tagOf(p.hash)
	for w, i := p.home, 0; w != nil; i++ {
		for set := equal(w.control.Load(), tag); set != 0; set &= set - 1 {
			if lane := firstLane(set); sameWords(t.in(w, lane), key) {
				p.in, p.lane = w, lane
				return nil
			}
		}
		if w, err = t.after(w, i); err != nil {
			return err
		}
	}
	return nil
}

// prepare is find, and if the key is not there it makes sure of a lane for it. The
// caller holds both locks.
func (t *table) prepare(p *spot, key []byte) error {
	err := t.find(p, key)
	if err != nil || p.lane >= 0 {
		return err
	}
	ok, err := t.room(p)
	if err == nil && !ok { // what a split has left behind may go
		if err = t.purge(p.home, p.b, p.n); err == nil {
			ok, err = t.room(p)
		}
	}
	if err == nil && !ok {
		err = t.extend(p)
	}
	return err
}

// room looks for a bucket in the chain that can take one more. Otherwise p.in is
// the last one.
func (t *table) room(p *spot) (ok bool, err error) {
	for w, i := p.home, 0; w != nil; i++ {
		p.in = w
		if bits.OnesCount64(free(w.control.Load())) >= enough {
			return true, nil
		}
		if w, err = t.after(w, i); err != nil {
			return false, err
		}
	}
	return false, nil
}

// extend has the last bucket of a chain, p.in, overflow into a new one. Each
// stripe has overflow buckets of its own, which it takes one after the other.
func (t *table) extend(p *spot) error {
	used := p.stripe.spill.Load()
	i := used*uint64(len(t.stripes)) + p.hash&uint64(len(t.stripes)-1)
	if used > 8*mapMostChain+t.head.buckets.Load() {
		return fmt.Errorf("stripe with %d overflow buckets: %w", used, ErrCorrupt)
	}
	if k, _, _ := segmentOf(i, t.spillLog()); k >= mapSegments || t.head.spills[k].Load() == 0 {
		return missingSpill(i)
	}
	w, err := t.overflow(i)
	if err != nil {
		return err
	}
	w.control.Store(0)
	w.next.Store(0)
	p.in.next.Store(i + 1) // pairs with after
	p.stripe.spill.Store(used + 1)
	p.in = w
	return nil
}

// put stores the key with its value at the place that was prepared. A value of one
// word is replaced where it is: readers have the old one or the new one.
func (t *table) put(p *spot, key, val []byte) error {
	if p.lane >= 0 && t.lane == t.key+1 {
		words.Store(t.in(p.in, p.lane)[t.key:], val)
		return nil
	}
	control := p.in.control.Load()
	set := free(control)
	if set == 0 {
		return fmt.Errorf("bucket %d has no free lane: %w", p.b, ErrCorrupt)
	}
	lane := firstLane(set)
	entry := t.in(p.in, lane)
	words.Store(entry[:t.key], key)
	words.Store(entry[t.key:], val)
	control = withTag(control, lane, tagOf(p.hash))
	if p.lane >= 0 {
		p.in.change(p.home, withTag(control, p.lane, 0))
		return nil
	}
	p.in.change(p.home, control)
	p.stripe.count.Store(p.stripe.count.Load() + 1)
	return nil
}

// remove takes the entry away that was found.
func (t *table) remove(p *spot) {
	p.in.change(p.home, withTag(p.in.control.Load(), p.lane, 0))
	p.stripe.count.Store(p.stripe.count.Load() - 1)
}

// set stores the value of a key.
func (t *table) set(ctx context.Context, key, val []byte) error {
	hash := t.hash(key)
	for {
		again, err := t.setOnce(ctx, hash, key, val)
		if !again {
			return err
		}
	}
}

func (t *table) setOnce(ctx context.Context, hash uint64, key, val []byte) (again bool, err error) {
	var p spot
	if err := t.reach(ctx, &p, hash); err != nil {
		return false, err
	}
	err = t.find(&p, key)
	if err == nil && p.lane < 0 {
		return t.insert(ctx, &p, key, val)
	}
	if err == nil {
		err = t.put(&p, key, val)
	}
	t.at.yield(&p.home.mu)
	return false, err
}

// insert stores a key that was not there. The caller holds the lock of the bucket, and
// then none.
func (t *table) insert(ctx context.Context, p *spot, key, val []byte) (again bool, err error) {
	if err := t.addStripe(ctx, p); err != nil {
		return false, err
	}
	if err = t.prepare(p, key); err == nil {
		err = t.put(p, key, val)
	}
	crowded := t.crowded(p.stripe)
	t.part(p)
	if err == nil && crowded {
		t.grow(ctx)
	}
	return t.supply(ctx, err)
}

// supply provides the memory that somebody lacked, and then says to try again.
func (t *table) supply(ctx context.Context, err error) (again bool, _ error) {
	if lack, ok := err.(missingSpill); ok {
		err = t.ensure(ctx, &t.head.spills, t.spillLog(), uint64(lack))
		return err == nil, err
	}
	return false, err
}
