package shmarena

import (
	"context"

	"github.com/shmengine/shmengine/internal/words"
)

// verdict is what the function given to edit makes of an entry.
type verdict int

const (
	leaveAsIs verdict = iota
	storeEntry
	removeEntry
)

// edit runs f under the locks of the key's bucket and stripe, on a copy of its value: val
// is all zero if there is none.
func (t *table) edit(ctx context.Context, key, val []byte, f func(found bool) verdict) error {
	hash := t.hash(key)
	for {
		again, err := t.editOnce(ctx, hash, key, val, f)
		if !again {
			return err
		}
	}
}

func (t *table) editOnce(ctx context.Context, hash uint64, key, val []byte, f func(found bool) verdict) (again bool, err error) {
	var p spot
	if err := t.secure(ctx, &p, hash); err != nil {
		return false, err
	}
	if err := t.prepare(&p, key); err != nil {
		t.part(&p)
		return t.supply(ctx, err)
	}
	err = t.editLocked(&p, key, val, f)
	if err == nil && t.crowded(p.stripe) {
		t.grow(ctx)
	}
	return false, err
}

// editLocked gives the locks back, also if f panics.
func (t *table) editLocked(p *spot, key, val []byte, f func(found bool) verdict) error {
	defer t.part(p)
	found := p.lane >= 0
	if found {
		words.Load(val, t.in(p.in, p.lane)[t.key:])
	}
	switch f(found) {
	case storeEntry:
		return t.put(p, key, val)
	case removeEntry:
		if found {
			t.remove(p)
		}
	}
	return nil
}

// getOrSet copies the value of a key into val if there is one, or else makes val
// its value.
func (t *table) getOrSet(ctx context.Context, key, val []byte) (found bool, err error) {
	err = t.edit(ctx, key, val, func(was bool) verdict {
		if found = was; was {
			return leaveAsIs
		}
		return storeEntry
	})
	return found, err
}

// delete takes the entry of a key away, and reports whether there was one; val,
// if it is not nil, is what its value must be.
func (t *table) delete(ctx context.Context, key, val []byte) (was bool, err error) {
	var p spot
	if err := t.secure(ctx, &p, t.hash(key)); err != nil {
		return false, err
	}
	err = t.find(&p, key)
	was = err == nil && p.lane >= 0 && (val == nil || sameWords(t.in(p.in, p.lane)[t.key:], val))
	if was {
		t.remove(&p)
	}
	t.part(&p)
	return was, err
}

// clear takes all entries away, stripe by stripe.
func (t *table) clear(ctx context.Context) error {
	for i := range t.stripes {
		s := &t.stripes[i]
		if err := t.lock(ctx, s); err != nil {
			return err
		}
		err := t.clearStripe(ctx, s, uint64(i))
		t.at.yield(&s.mu)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *table) clearStripe(ctx context.Context, s *mapStripe, i uint64) error {
	n, err := t.size()
	if err != nil {
		return err
	}
	for b := i; b < n; b += uint64(len(t.stripes)) {
		home, err := t.primary(b)
		if err != nil {
			return err
		}
		if _, err := t.at.seize(ctx, &home.mu); err != nil {
			return err
		}
		err = t.purge(home, b, 0)
		t.at.yield(&home.mu)
		if err != nil {
			return err
		}
	}
	s.count.Store(0)
	return nil
}
