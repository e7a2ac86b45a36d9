package shmarena

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// A hold keeps a block from being freed. It names its member in the word that the
// CAS claims, so what a dead process held is found and dropped like everything
// else of it. Holds are few and are looked for by scanning, up to the highest entry
// that was ever used: an arena in which nothing was ever held costs a Free of a
// large block one load. Small blocks say in their word that they may be held.

// holdKind is what a hold is for.
//
//	free ─► claimed ─► frozen or snapshot ─► free
//	           └────► reference ─► releasing ─► free
//
// Whoever releases the last reference frees the block while it is "releasing", so
// that its death leaves a hold from which the next one sees what is to be done.
type holdKind uint64

const (
	holdFree holdKind = iota
	holdClaimed
	holdFrozen
	holdSnapshot
	holdRef
	holdReleasing
	holdKinds
)

// kindSet is a set of kinds: bit k is kind k.
type kindSet uint64

func setOf(kinds ...holdKind) (s kindSet) {
	for _, k := range kinds {
		s |= 1 << k
	}
	return s
}

func (s kindSet) has(k holdKind) bool { return s>>k&1 == 1 }

var (
	keepers = setOf(holdFrozen, holdSnapshot, holdRef) // keep a block from being freed
	quiet   = setOf(holdFrozen, holdSnapshot)          // say that it does not change
	refs    = setOf(holdRef)
	shots   = setOf(holdSnapshot)
)

// holdWord is a hold's word.
type holdWord uint64

const (
	tagBits = 30
	tagMask = 1<<tagBits - 1
)

func makeHold(k holdKind, owner futex.ID, tag uint32) holdWord {
	return holdWord(uint64(k)<<(ownerBits+tagBits) | uint64(owner&ownerMask)<<tagBits | uint64(tag&tagMask))
}

func (w holdWord) kind() holdKind  { return holdKind(w >> (ownerBits + tagBits)) }
func (w holdWord) owner() futex.ID { return futex.ID(w >> tagBits & ownerMask) }
func (w holdWord) tag() uint32     { return uint32(w & tagMask) }

// holds is one process's view of the table.
type holds struct {
	mu   lock
	t    *holdTable
	heap *heap
	self futex.Member

	leaving bool // no other goroutine of this process is at work in the arena any more
}

func newHolds(t *holdTable, h *heap) *holds {
	hs := &holds{t: t, heap: h}
	hs.mu.word = &t.mu
	return hs
}

func (hs *holds) join(self futex.Member) { hs.self, hs.mu.self = self, self }

// lock takes the table's mutex. There is nothing to repair: each entry is valid by
// one store.
func (hs *holds) lock() error {
	died, err := hs.mu.acquire()
	if err != nil {
		return fmt.Errorf("holds: %w", err)
	}
	if died {
		hs.mu.heal()
	}
	return nil
}

// top is how many entries may be in use.
func (hs *holds) top() uint64 { return min(hs.t.top.Load(), holdEntries) }

// blockID names a block for good.
type blockID struct {
	off uint64
	gen uint32
}

// ticket is a hold that this process has.
type ticket struct {
	entry, tag uint32
}

// each calls f for the holds on a block of those kinds until it returns false.
func (hs *holds) each(b blockID, kinds kindSet, f func(e *hold, w holdWord) bool) {
	for i := range hs.top() {
		e := &hs.t.holds[i]
		w := holdWord(e.word.Load())
		if !kinds.has(w.kind()) || e.off.Load() != b.off || e.gen.Load() != uint64(b.gen) {
			continue
		}
		if holdWord(e.word.Load()) == w && !f(e, w) {
			return
		}
	}
}

// any reports whether a living member has a hold of those kinds on a block. A
// reader cannot ask who lives, and counts all.
func (hs *holds) any(off uint64, gen uint32, kinds kindSet) (found bool) {
	hs.each(blockID{off, gen}, kinds, func(_ *hold, w holdWord) bool {
		found = hs.self == nil || w.owner() == hs.self.ID() || hs.self.Alive(w.owner())
		return !found
	})
	return found
}

// count counts the holds of those kinds, those of the dead included.
func (hs *holds) count(b blockID, kinds kindSet) (n int) {
	hs.each(b, kinds, func(*hold, holdWord) bool { n++; return true })
	return n
}

// claim takes an entry for a block. The caller holds the mutex, and afterwards
// looks whether the block still is one.
func (hs *holds) claim(kind holdKind, b blockID) (ticket, error) {
	for i := range uint64(holdEntries) {
		e := &hs.t.holds[i]
		old := holdWord(e.word.Load())
		if old.kind() != holdFree {
			continue
		}
		if hs.t.top.Load() <= i {
			hs.t.top.Store(i + 1) // before anything can be there
		}
		tag := (old.tag() + 1) & tagMask
		if !swap(&e.word, old, makeHold(holdClaimed, hs.self.ID(), tag)) {
			continue // a peer does not keep to the mutex
		}
		e.off.Store(b.off)
		e.gen.Store(uint64(b.gen))
		e.word.Store(uint64(makeHold(kind, hs.self.ID(), tag)))
		return ticket{uint32(i), tag}, nil
	}
	return ticket{}, fmt.Errorf("%d holds: %w", holdEntries, ErrFull)
}

// take makes a hold on a block, if the condition holds under the mutex, and
// reports whether it did.
func (hs *holds) take(kind holdKind, b blockID, when func() bool) (t ticket, ok bool, err error) {
	if err := hs.lock(); err != nil {
		return ticket{}, false, err
	}
	defer hs.mu.release()
	if !when() {
		return ticket{}, false, nil
	}
	if t, err = hs.claim(kind, b); err != nil {
		return t, false, err
	}
	// Whoever frees a large block claims it first and looks for holds then; so if
	// it still is a block now, it will see this one. Whoever frees a small one that
	// is PINNED looks for holds under the mutex.
	if !hs.heap.pin(b) {
		hs.drop(t, kind)
		return ticket{}, false, ErrFreed
	}
	return t, true, nil
}

// drop gives up a hold of this process, and reports whether it was one.
func (hs *holds) drop(t ticket, kind holdKind) bool {
	return t.entry < holdEntries &&
		swap(&hs.t.holds[t.entry].word, makeHold(kind, hs.self.ID(), t.tag), makeHold(holdFree, 0, t.tag))
}

// dropAll gives up what this process still holds, as if it had died. No other
// goroutine of it is at work in the arena, now or later.
func (hs *holds) dropAll() error {
	hs.leaving = true
	return hs.sweep(hs.self.ID())
}

// sweep drops what a dead member held. What it had references to, or was
// releasing, becomes this member's to release: if it dies too, the next one finds
// that.
func (hs *holds) sweep(dead futex.ID) error {
	if hs.top() == 0 {
		return nil
	}
	var errs []error
	for i := range hs.top() {
		e := &hs.t.holds[i]
		w := holdWord(e.word.Load())
		switch {
		case w.owner() != dead || w.kind() == holdFree:
		case w.kind() == holdRef || w.kind() == holdReleasing:
			err := hs.releaseFrom(ticket{uint32(i), w.tag()}, w)
			if !stays(err) && !errors.Is(err, ErrBadRelease) { // swept by others
				errs = append(errs, err)
			}
		default:
			swap(&e.word, w, makeHold(holdFree, 0, w.tag()))
		}
	}
	return errors.Join(errs...)
}

// releaseFrom gives up a reference whose word is w; with the last one the block is
// freed. It is ErrBadRelease if the word is another by now.
func (hs *holds) releaseFrom(t ticket, w holdWord) error {
	if err := hs.lock(); err != nil {
		return err
	}
	e := &hs.t.holds[t.entry]
	b := blockID{e.off.Load(), uint32(e.gen.Load())}
	ok := swap(&e.word, w, makeHold(holdReleasing, hs.self.ID(), t.tag))
	last := ok && hs.count(b, refs) == 0
	hs.mu.release()
	if !ok {
		return ErrBadRelease
	}
	var err error
	if last {
		err = hs.freeLast(b)
	}
	if err == nil || stays(err) {
		hs.drop(t, holdReleasing)
	}
	return err
}

// stays reports whether an error says that a block that is not referred to any
// more stays, for Array.Free: others keep it, or it is the evidence of an overrun.
func stays(err error) bool { return errors.Is(err, ErrHeld) || errors.Is(err, ErrOverrun) }

func swap(w *atomic.Uint64, old, now holdWord) bool {
	return w.CompareAndSwap(uint64(old), uint64(now))
}
