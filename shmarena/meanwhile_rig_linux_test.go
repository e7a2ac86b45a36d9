package shmarena

import (
	"errors"
	"fmt"
)

// meetingRig is the arena in which two meet.
type meetingRig struct {
	a     *Arena
	x     Array[uint64]
	other error // what came of meanwhile
	met   bool
}

// pageBlocks is how many elements a block has of which a span holds 16.
const pageBlocks = 500

var pageClass = classOf(8 * pageBlocks)

// fillSpan allocates blocks until the magazine has no hint left, and returns one in the middle of the last span.
func fillSpan(a *Arena) (y Array[uint64], err error) {
	m, n := &a.at.heap.magazines[pageClass], 0
	for n == 0 || m.hints != 0 {
		x, err := Alloc[uint64](a, pageBlocks)
		if err != nil {
			return y, err
		}
		if n++; n == 3 {
			y = x
		}
	}
	return y, nil
}

// claims claims a block of the magazine's span, if that is still its own.
func claims(c *smallChild) error {
	h := c.a.at.heap
	_, _ = h.claimNext(&h.magazines[pageClass], pageClass, 8*pageBlocks)
	return nil
}

// leaves gives the magazine's span up as full.
func leaves(a *Arena) error {
	m := &a.at.heap.magazines[pageClass]
	if m.ctrl == 0 || m.hints != 0 {
		return fmt.Errorf("the magazine has hints %#x in a span with ctrl %#x", m.hints, m.ctrl)
	}
	a.at.heap.leave(m, pageClass)
	return nil
}

// freeNamed frees the block of that name.
func (r *meetingRig) freeNamed(name string) error {
	y, err := Lookup[uint64](r.a, name)
	if err != nil {
		return err
	}
	return errors.Join(r.a.Unpublish(name), y.Free())
}

// spansOf calls f for each span with small blocks of the class.
func (r *meetingRig) spansOf(class int, f func(span uint64, c ctrl) error) error {
	h := r.a.at.heap
	for i := range uint64(len(h.spans)) {
		if k, ok := h.extOf(i).class(); ok && k == class {
			if err := f(i, h.ctrlOf(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// releaseAll gives back each span whose blocks are all free.
func (r *meetingRig) releaseAll() error {
	return r.spansOf(pageClass, func(span uint64, _ ctrl) error { return r.a.at.heap.tryRelease(span) })
}

// noneInNothing: a block that somebody has, or is about to have, lies in a span that is cut into blocks.
func (r *meetingRig) noneInNothing() error {
	h := r.a.at.heap
	for i := range uint64(len(h.spans)) {
		c := h.ctrlOf(i)
		if k, small := h.extOf(i).class(); c.hasBlocks() && small && k != pageClass || h.spans[i].table.Load() == 0 {
			continue
		}
		for k := range classes[pageClass].count {
			if b := block(h.small[i].blocks[k].Load()); b.state() != blockFree && c.state() != stateSmall {
				return fmt.Errorf("block %d of span %d is %#x, and the span %#x", k, i, uint64(b), uint64(c))
			}
		}
	}
	return nil
}

// noHintIsLost: whose owner believes it full has no block that is said to be free, and what is said to have mail
// has.
func (r *meetingRig) noHintIsLost() error {
	h := r.a.at.heap
	return r.spansOf(pageClass, func(span uint64, c ctrl) error {
		if c.state() != stateSmall {
			return nil
		}
		mail := h.cells[c.owner().Slot()].mail[pageClass].Load()
		switch room := h.spans[span].room.Load(); {
		case room == roomNone && h.anyHint(span, pageClass):
			return fmt.Errorf("span %d has a free block, and its owner believes it full", span)
		case room == roomMail && mail&(1<<(span/h.mailGroup())) == 0:
			return fmt.Errorf("span %d has mail that its owner does not find", span)
		}
		return nil
	})
}

// freedOrHeld: the large block is either held by the child or was freed by the other.
func (r *meetingRig) freedOrHeld() error {
	b := blockID{r.x.off, r.x.gen()}
	n, lives := r.a.at.heap.holds.count(b, refs), r.x.Check() == nil
	if freed := r.other == nil; freed == lives || lives && n != 1 || !lives && n != 0 {
		return fmt.Errorf("free: %v; the block lives: %v, and %d hold it", r.other, lives, n)
	}
	return nil
}

// clear frees every block, whoever made it.
func (r *meetingRig) clear() error {
	h := r.a.at.heap
	for i := range uint64(len(h.spans)) {
		c := h.ctrlOf(i)
		if c.state() == stateLarge {
			if err := h.freePlace(place{i, largeSlot, uint64(c), h.extOf(i).bytes()}); err != nil {
				return err
			}
		}
		k, small := h.extOf(i).class()
		if !small || !h.ctrlOf(i).hasBlocks() {
			continue
		}
		for j := range classes[k].count {
			w := &h.small[i].blocks[j]
			b := block(w.Load())
			if b.state() == blockClaimed { // by the test
				w.Store(uint64(b.as(blockLive)))
				b = b.as(blockLive)
			}
			if b.lives() {
				if err := h.freePlace(place{i, makeSlot(k, j), uint64(b), 1}); err != nil {
					return err
				}
			}
		}
	}
	if _, err := r.a.Trim(); err != nil {
		return err
	}
	if s := r.a.Stats(); s.InUse != 0 || s.Reserved != 0 {
		return fmt.Errorf("left: %+v", s)
	}
	return r.a.Verify()
}
