package shmarena

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

// tableCopy is a copy of an arena's tables, to be judged without touching the arena.
type tableCopy struct {
	bytes []byte
	geo   geometry
	alive func(futex.ID) bool
}

// errMoving says that a living member is in the middle of a change.
var errMoving = fmt.Errorf("a member is changing it: %w", ErrBusy)

// verify names the first structure that is not as it must be. It changes the copy:
// a change that a dead member left half made is completed there, as the next one
// to take the mutex would do.
func (im *tableCopy) verify() error {
	t := viewTables(im.bytes, im.geo)
	for _, part := range []struct {
		name  string
		check func(tables) error
	}{
		{"members", im.verifyMembers}, {"heap", im.verifyHeap}, {"directory", im.verifyNames}, {"holds", im.verifyHolds},
	} {
		if err := part.check(t); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

func (im *tableCopy) verifyMembers(tables) error {
	if err := member.Check(im.bytes[membersAt : membersAt+im.geo.memberSize]); err != nil {
		return fmt.Errorf("%w: %w", err, ErrCorrupt)
	}
	return nil
}

// verifyHeap walks the copy of the heap as [Arena.Verify] walks the heap.
func (im *tableCopy) verifyHeap(t tables) error {
	if err := im.settled(&t.heap.mu); err != nil {
		return err
	}
	h := newHeap(t, im.geo, spanSize, nil)
	h.self = onlooker{alive: im.alive}
	if t.heap.redo.count.Load() != 0 {
		if t.heap.mu.Holder() == futex.NoID {
			return fmt.Errorf("a change is half made, and nobody made it: %w", ErrCorrupt)
		}
		h.replay()
	}
	w, err := h.walk()
	if err != nil {
		return err
	}
	return h.compare(w)
}

// reserved are the spans whose tables are there, with how many bytes of them.
func (im *tableCopy) reserved() iter.Seq2[uint64, uint64] {
	return func(yield func(span, bytes uint64) bool) {
		t := viewTables(im.bytes, im.geo)
		for i := range t.spans {
			if n := min(t.spans[i].table.Load(), tableSize); n > 0 && !yield(uint64(i), n) {
				return
			}
		}
	}
}

// settled reports whether a mutex is held by nobody, or by somebody who is dead.
func (im *tableCopy) settled(mu *futex.Mutex) error {
	if id := mu.Holder(); id != futex.NoID && im.alive(id) {
		return errMoving
	}
	return nil
}

func (im *tableCopy) verifyNames(t tables) error {
	if err := im.settled(&t.names.mu); err != nil {
		return err
	}
	for i := range t.entries {
		e := &t.entries[i]
		if s := e.state.Load(); s > entryInUse {
			return fmt.Errorf("entry %d has state %d: %w", i, s, ErrCorrupt)
		} else if s == entryEmpty {
			continue
		}
		p, k := e.read(), e.key()
		if again, err := keyOf(k.String()); err != nil || again != k {
			return fmt.Errorf("entry %d has no proper name: %w", i, ErrCorrupt)
		}
		if p.n == 0 || p.gen == 0 || p.gen > genMask || !im.inBlocks(p.off) {
			return fmt.Errorf("entry %d, %q, names no block: %w", i, k, ErrCorrupt)
		}
	}
	return nil
}

func (im *tableCopy) inBlocks(off uint64) bool { return off >= im.geo.blocks && off < im.geo.size }

func (im *tableCopy) verifyHolds(t tables) error {
	if err := im.settled(&t.holds.mu); err != nil {
		return err
	}
	top := t.holds.top.Load()
	if top > holdEntries {
		return fmt.Errorf("%d of %d in use: %w", top, holdEntries, ErrCorrupt)
	}
	for i := range t.holds.holds {
		e := &t.holds.holds[i]
		w := holdWord(e.word.Load())
		switch k := w.kind(); {
		case k == holdFree && w.owner() == futex.NoID:
		case k >= holdKinds || k == holdFree || w.owner() == futex.NoID || uint64(i) >= top:
			return fmt.Errorf("hold %d is of kind %d, by member %#x: %w", i, k, w.owner(), ErrCorrupt)
		case k > holdClaimed && !im.inBlocks(e.off.Load()):
			return fmt.Errorf("hold %d is on no block: %w", i, ErrCorrupt)
		}
	}
	return nil
}

// onlooker stands for a member in a copy of an arena: it only knows who lives.
type onlooker struct {
	futex.Member
	alive func(futex.ID) bool
}

func (o onlooker) ID() futex.ID           { return futex.NoID }
func (o onlooker) Alive(id futex.ID) bool { return o.alive(id) }

// aliveIn is who lives, of those that a look at the members has found.
func aliveIn(all []member.Info) func(futex.ID) bool {
	return func(id futex.ID) bool {
		i := slices.IndexFunc(all, func(m member.Info) bool { return m.ID == id })
		return i >= 0 && all[i].Alive
	}
}

// moving reports whether an error may be that of a look in the middle of a change.
func moving(err error) bool { return errors.Is(err, ErrBusy) || errors.Is(err, ErrCorrupt) }
