package shmarena

import (
	"errors"

	"github.com/shmengine/shmengine/futex"
)

// sweep finishes what a dead member left in the heap. Taking the mutex first
// completes its last change; after that it can only be the owner of runs in
// COMMITTING, which nobody will ever know of, in FREEING, which it was to look
// for holds on, in PUNCHING, which were to be free, and in HELD, which it was
// looking at; the maker of small blocks that are CLAIMED; and it may have owed
// somebody a hint. It may run at the same time in several processes, and may be
// cut short and repeated: each run is claimed by one, and the claim names the
// claimer, so its death is swept in turn.
func (h *heap) sweep(dead futex.ID) error {
	if err := h.lock(); err != nil {
		return err
	}
	h.unlock()
	var errs []error
	left := false
	for i := range uint64(len(h.spans)) {
		c := h.ctrlOf(i)
		switch c.state() {
		case stateCommitting, stateFreeing, statePunching:
			if c.owner() == dead && !h.arrived(i, c) {
				errs = append(errs, h.finish(i, c))
			}
		case stateHeld:
			if held := c.as(stateHeld, h.self.ID()); c.owner() == dead && h.spans[i].ctrl.CompareAndSwap(uint64(c), uint64(held)) {
				errs = append(errs, h.judge(i, held))
			}
			h.mend(i, dead)
		case stateSmall:
			h.mend(i, dead)
			if c.owner() == dead {
				left = true
				h.spans[i].room.Store(roomMail) // the last one to free releases it
				errs = append(errs, h.tryRelease(i))
			}
		}
	}
	if left {
		h.ctl.left.Add(1)
	}
	return errors.Join(errs...)
}

// finish completes what a dead member was doing with a run. A block that is held
// stays, and is this member's: who made it is forgotten.
func (h *heap) finish(first uint64, c ctrl) error {
	if c.state() == stateFreeing {
		now := c.as(stateFreeing, h.self.ID())
		if !h.spans[first].ctrl.CompareAndSwap(uint64(c), uint64(now)) {
			return nil
		}
		if err := h.decide(first, now, h.self.ID()); !errors.Is(err, ErrHeld) {
			return err
		}
		return nil
	}
	if !h.claim(first, c) {
		return nil
	}
	h.noteTable(first)
	return h.giveBack(first, c.state() == statePunching)
}

// noteTable has a span's table counted that its dead owner may have reserved and
// not counted. Without memory for it, it is not there and not counted.
func (h *heap) noteTable(span uint64) {
	if c, ok := h.extOf(span).class(); ok {
		_ = h.needTable(span, c)
	}
}

// mend frees the blocks of a span that a dead member was allocating, and gives
// the hints that it may have owed.
func (h *heap) mend(span uint64, dead futex.ID) {
	c, ok := h.extOf(span).class()
	if !ok {
		return
	}
	t, maker := &h.small[span], makerOf(dead)
	for i := range classes[c].count {
		b := block(t.blocks[i].Load())
		if b.state() == blockClaimed && b.maker() == maker {
			t.blocks[i].CompareAndSwap(uint64(b), uint64(h.settled(span, i, b, dead.Slot())))
		}
	}
	h.hintFree(span, c)
	if room := &h.spans[span].room; room.Load() != roomKnown && h.anyHint(span, c) {
		room.CompareAndSwap(roomNone, roomMail)
		h.post(h.ctrlOf(span), span, c) // again, perhaps: the dead one may have died before it
	}
}

// anyHint reports whether any block of a span is said to be free.
func (h *heap) anyHint(span uint64, c int) bool {
	for k := range classes[c].words() {
		if h.small[span].hints[k].Load() != 0 {
			return true
		}
	}
	return false
}
