package shmarena

import "context"

// verdict is what the function given to edit makes of an entry.
type verdict int

const (
	leaveAsIs verdict = iota
	storeEntry
	removeEntry
)

// edit runs f under the lock of the key's stripe, on a copy of its value: val is
// all zero if there is none.
func (t *table) edit(ctx context.Context, key, val []byte, f func(found bool) verdict) error {
	hash := t.hash(key)
	s := t.stripeOf(hash)
	for {
		again, err := t.editOnce(ctx, s, hash, key, val, f)
		if !again {
			return err
		}
	}
}

func (t *table) editOnce(ctx context.Context, s *mapStripe, hash uint64, key, val []byte, f func(found bool) verdict) (again bool, err error) {
	if err := t.lock(ctx, s); err != nil {
		return false, err
	}
	var p spot
	if err := t.prepare(&p, hash, key); err != nil {
		t.at.yield(&s.mu)
		return t.supply(ctx, err)
	}
	err = t.editLocked(&p, key, val, f)
	if err == nil && t.crowded(s) {
		t.grow(ctx)
	}
	return false, err
}

// editLocked gives the stripe's lock back, also if f panics.
func (t *table) editLocked(p *spot, key, val []byte, f func(found bool) verdict) error {
	defer t.at.yield(&p.stripe.mu)
	found := p.lane >= 0
	if found {
		loadWords(val, t.in(p.in, p.lane)[t.key:])
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
	hash := t.hash(key)
	s := t.stripeOf(hash)
	if err := t.lock(ctx, s); err != nil {
		return false, err
	}
	var p spot
	err = t.find(&p, hash, key)
	was = err == nil && p.lane >= 0 && (val == nil || sameWords(t.in(p.in, p.lane)[t.key:], val))
	if was {
		t.remove(&p)
	}
	t.at.yield(&s.mu)
	return was, err
}

// clear takes all entries away, stripe by stripe.
func (t *table) clear(ctx context.Context) error {
	for i := range t.stripes {
		s := &t.stripes[i]
		if err := t.lock(ctx, s); err != nil {
			return err
		}
		err := t.clearStripe(s, uint64(i))
		t.at.yield(&s.mu)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *table) clearStripe(s *mapStripe, i uint64) error {
	n, err := t.size()
	if err != nil {
		return err
	}
	for b := i; b < n; b += uint64(len(t.stripes)) {
		home, err := t.primary(b)
		if err != nil {
			return err
		}
		if err := t.purge(home, b, 0); err != nil {
			return err
		}
	}
	s.count.Store(0)
	return nil
}
