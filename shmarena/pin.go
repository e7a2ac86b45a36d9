package shmarena

import "sync/atomic"

// What a hold does to its block, and what freeing a held one does.

// index is the span that begins at an offset.
func (h *heap) index(off uint64) (first uint64, ok bool) {
	rel := off - h.blocks // wraps for an offset before the blocks
	return rel >> spanShift, rel&(spanSize-1) == 0 && rel>>spanShift < uint64(len(h.spans))
}

// is reports whether there is such a block.
func (h *heap) is(b blockID) bool {
	_, ok := h.locate(b.gen, b.off)
	return ok
}

// pinTries bounds how often the word of a block may change under who pins it.
// Honest peers change it once, to free it.
const pinTries = 100

// pin makes sure that whoever frees the block from now on looks for the hold that
// the caller has written, and reports whether it still is a block. The caller has
// the mutex of the holds.
func (h *heap) pin(b blockID) bool {
	for range pinTries {
		p, ok := h.locate(b.gen, b.off)
		if !ok || p.slot == largeSlot {
			return ok // who frees a large one looks in any case
		}
		w, old := h.wordOf(p), block(p.word)
		if old.state() == blockPinned || w.CompareAndSwap(p.word, uint64(old.as(blockPinned))) {
			return true
		}
	}
	return false
}

// wordOf is the word of a small block.
func (h *heap) wordOf(p place) *atomic.Uint64 {
	return &h.small[p.first].blocks[p.slot.index()]
}

// freePinned frees a small block that was found live, if it is PINNED by now and
// not held. The mutex keeps new holds away: a block that nobody has held while it
// is looked at is held by nobody when it is freed. Killed before the swap, nothing
// has happened; after it, the block is free.
func (h *heap) freePinned(p place) error {
	b, w := block(p.word), h.wordOf(p)
	pinned := b.as(blockPinned)
	if block(w.Load()) != pinned {
		return ErrBadFree
	}
	if h.holds != nil {
		if err := h.holds.lock(); err != nil {
			return err
		}
		defer h.holds.mu.release()
	}
	switch {
	case h.isHeld(h.offsetAt(p), b.gen()):
		return ErrHeld
	case !w.CompareAndSwap(uint64(pinned), uint64(b.freed())):
		return ErrBadFree
	}
	return nil
}

// freeID frees the block of that name.
func (h *heap) freeID(b blockID) error {
	p, ok := h.locate(b.gen, b.off)
	if !ok {
		return ErrBadFree
	}
	return h.freePlace(p)
}

// pages are the pages of a block that has them to itself, as only a large one
// does, or nil. The caller holds the block.
func (h *heap) pages(b blockID) []byte {
	p, ok := h.locate(b.gen, b.off)
	if !ok || p.slot != largeSlot {
		return nil
	}
	return h.region[b.off : b.off+h.reserved(h.extOf(p.first))]
}
