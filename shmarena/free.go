package shmarena

import "math/bits"

// freeNear frees a small block of the span that this process allocates from, if it
// is one and nobody is at the magazine. The hint stays in the magazine, so that
// the block is the next one to be allocated, while its lines are near. The magazine
// is what keeps Close away, as in allocSmall.
func (h *heap) freeNear(gen uint32, off, n, size uint64) bool {
	over, bytes := bits.Mul64(n, size)
	if over != 0 || bytes-1 >= maxSmall {
		return false
	}
	c := classOf(bytes)
	m, rel := &h.magazines[c], off-h.blocks
	if m.span.Load() != rel>>spanShift || !m.mu.TryLock() {
		return false
	}
	ok := h.freeHeld(m, c, gen, rel, bytes)
	m.mu.Unlock()
	return ok
}

// freeHeld is freeNear with the magazine held. Whoever takes the span away changes its
// ctrl word and gives hints of all free blocks then: so if ctrl is what it was, after the
// block is free, the hint may be kept.
func (h *heap) freeHeld(m *magazine, c int, gen uint32, rel, bytes uint64) bool {
	span := rel >> spanShift
	i, ok := classes[c].index(rel & (spanSize - 1))
	if !ok || m.closed || h.guarded || m.span.Load() != span {
		return false
	}
	w := &h.small[span].blocks[i]
	b := block(w.Load())
	if b.state() != blockLive || !b.is(gen, bytes, c) || !w.CompareAndSwap(uint64(b), uint64(b.freed())) {
		return false
	}
	if m.hints == 0 {
		m.word = uint64(i >> 6)
	}
	if uint64(i>>6) == m.word && h.ctrlOf(span) == m.ctrl {
		m.hints |= 1 << (i & 63)
	} else {
		h.hint(span, c, i)
	}
	return true
}

// freeBlock frees the block that an array names, if the array fits it exactly.
func (h *heap) freeBlock(gen uint32, off, n, size uint64) error {
	over, bytes := bits.Mul64(n, size)
	if w, span, slot := h.smallAt(off); w != nil && over == 0 && !h.guarded {
		b := block(w.Load())
		if b.is(gen, bytes, slot.class()) && b.state() == blockLive && w.CompareAndSwap(uint64(b), uint64(b.freed())) {
			h.hint(span, slot.class(), slot.index())
			return nil
		}
	}
	p, ok := h.locate(gen, off)
	if !ok || over != 0 || bytes != p.bytes {
		return ErrBadFree
	}
	return h.freePlace(p)
}

// freePlace frees a block. Of any number that try, one is not told ErrBadFree.
// The caller does not have the mutex of the holds.
func (h *heap) freePlace(p place) error {
	if h.guarded && !h.intact(p) {
		return ErrOverrun
	}
	if p.slot == largeSlot {
		return h.free(p.first, ctrl(p.word).gen())
	}
	if b := block(p.word); b.state() != blockLive || !h.wordOf(p).CompareAndSwap(p.word, uint64(b.freed())) {
		if err := h.freePinned(p); err != nil {
			return err
		}
	}
	h.hint(p.first, p.slot.class(), p.slot.index())
	return nil
}
