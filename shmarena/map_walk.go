package shmarena

import (
	"errors"
	"math/bits"
	"sync/atomic"
)

// A walk goes through the buckets that the table had when it began. When it
// comes to one it copies that bucket's entries, and those of all buckets that
// were split from it since, as they are at one moment; and then hands them out,
// holding nothing. So a key, which has its place in one of these families for
// ever, is seen at most once, and exactly once if it is there all the time.

// walk calls f with each entry, in words, until it returns false.
func (t *table) walk(f func(entry []uint64) bool) error {
	n, err := t.size()
	if err != nil {
		return err
	}
	var family, entries []uint64
	for b := range n {
		if family, entries, err = t.snapshot(b, n, family, entries[:0]); err != nil {
			return err
		}
		for e := entries; len(e) > 0; e = e[t.lane:] {
			if !f(e[:t.lane:t.lane]) {
				return nil
			}
		}
	}
	return nil
}

// snapshot copies the entries of bucket b of n and of all that were split from
// it. family and entries are memory to use.
func (t *table) snapshot(b, n uint64, family, entries []uint64) (_, _ []uint64, err error) {
	for tries := 0; ; tries++ {
		now, err := t.size()
		if err != nil {
			return family, entries, err
		}
		family = splitFrom(family[:0], b, n, now)
		entries, same, err := t.copyFamily(family, now, entries[:0])
		if err != nil {
			return family, entries, err
		}
		// No split has taken entries from one of them to one that was not read.
		if after := t.head.buckets.Load(); same && (after == now || len(splitFrom(nil, b, n, after)) == len(family)) {
			return family, entries, nil
		}
		if !again(tries) {
			return family, entries, errChanging
		}
	}
}

// splitFrom lists bucket b of a table of n, and those that were split from it
// until there are now.
func splitFrom(to []uint64, b, n, now uint64) []uint64 {
	to = append(to, b)
	if n == 0 || now > mapMostBuckets {
		return to
	}
	for top := uint64(1) << (bits.Len64(n) - 1); top < now; top *= 2 {
		for _, old := range to {
			if half := old + top; old < top && half >= n && half < now {
				to = append(to, half)
			}
		}
	}
	return to
}

func (t *table) copyFamily(family []uint64, n uint64, entries []uint64) (_ []uint64, same bool, err error) {
	for _, b := range family {
		if entries, same, err = t.copyChain(b, n, entries); err != nil || !same {
			return entries, same, err
		}
	}
	return entries, true, nil
}

// copyChain copies the entries of bucket b of n as they are at one moment: same
// is false if somebody changed the chain meanwhile.
func (t *table) copyChain(b, n uint64, entries []uint64) (_ []uint64, same bool, err error) {
	home, err := t.primary(b)
	if err != nil {
		return entries, false, err
	}
	version := home.version.Load()
	for w, i := home, 0; w != nil; i++ {
		control := w.control.Load() // pairs with change: the lanes are whole
		for set := used(control); set != 0; set &= set - 1 {
			if words := t.in(w, firstLane(set)); addressOf(t.hashIn(words), n) == b {
				entries = appendWords(entries, words)
			}
		}
		if w.control.Load() != control {
			return entries, false, nil
		}
		if w, err = t.after(w, i); err != nil {
			return entries, false, err
		}
	}
	return entries, home.version.Load() == version, nil
}

func appendWords(to []uint64, words []atomic.Uint64) []uint64 {
	for i := range words {
		to = append(to, words[i].Load())
	}
	return to
}

// count is the number of entries. What a dead process has not counted is counted
// first.
func (t *table) count() (sum uint64, err error) {
	self := t.at.self()
	for i := range t.stripes {
		s := &t.stripes[i]
		if holder := s.mu.Holder(); holder != 0 && !self.Alive(holder) {
			if err := t.settle(s); err != nil {
				return 0, err
			}
		}
		sum += s.count.Load()
	}
	return sum, nil
}

// counted is what has been counted of the number of entries.
func (t *table) counted() (sum uint64) {
	for i := range t.stripes {
		sum += t.stripes[i].count.Load()
	}
	return sum
}

// settle takes the lock of a stripe from a dead owner.
func (t *table) settle(s *mapStripe) error {
	held, died, err := t.at.trySeize(&s.mu)
	if !held {
		return err
	}
	err = t.locked(s, died)
	t.at.yield(&s.mu)
	return err
}

// freeMap frees the segments of a map.
func freeMap(b root) error {
	at, mem, err := b.enter()
	if err != nil {
		return errFreed(err)
	}
	defer at.leave()
	if len(mem) < mapHeadSize {
		return ErrBadFree
	}
	head := overlay[mapHead](mem)
	return errors.Join(
		at.freeParts(&head.grow, &head.freed, head.parts[:]),
		at.freeParts(&head.grow, &head.freed, head.spills[:]))
}
