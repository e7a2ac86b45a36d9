package shmarena

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
)

// magazine is what this process allocates small blocks of one class from: one
// span, and those of its blocks whose hints it has taken. It is lost with the
// process and needs no recovery: a block that is in it is FREE in its word.
type magazine struct {
	mu    sync.Mutex
	ctrl  ctrl          // of the span; 0 is no span
	span  atomic.Uint64 // its number, or noSpan; read without the mutex by who frees
	word  uint64        // hint word that the hints are of
	hints uint64        // blocks of that word that may be free
	left  uint64        // what heapControl.left was when nobody's spans were looked for in vain
	tidy  bool          // the cell's record is not a predecessor's

	closed bool // nobody allocates any more
	_      [8]uint64
}

// allocSmall allocates a small block of so many bytes and returns its offset and
// its generation. The block is zero.
//
// The word is CLAIMED while the block is cleared, so that no two can have it and
// a block whose maker dies is free again. It is LIVE just before the call returns.
// The magazine is held to the end: that is what keeps Close away, and costs less
// than to count the call.
//
// Preconditions: 0 < bytes <= classes[c].size
func (h *heap) allocSmall(c int, bytes uint64) (off uint64, gen uint32, err error) {
	m := &h.magazines[c]
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return 0, 0, ErrClosed
	}
	p, ok := h.claimNext(m, c, bytes)
	if !ok {
		if p, err = h.claimBlock(m, c, bytes); err != nil {
			m.mu.Unlock()
			return 0, 0, err
		}
	}
	if h.guarded {
		h.guard(p.off, bytes, uint64(classes[c].size))
	}
	h.zero(p.off, bytes)
	p.word.Store(uint64(p.now.as(blockLive)))
	m.mu.Unlock()
	return p.off, p.now.gen(), nil
}

// claimed is a small block that this process has CLAIMED.
type claimed struct {
	off  uint64
	word *atomic.Uint64
	now  block
}

// claimTries bounds the search for a free block: no honest table has so many
// hints that are wrong.
const claimTries = 1 << 16

// claimBlock finds a free block and claims it. The caller holds the magazine.
func (h *heap) claimBlock(m *magazine, c int, size uint64) (claimed, error) {
	for range claimTries {
		if m.hints == 0 {
			if err := h.refill(m, c); err != nil {
				return claimed{}, err
			}
		}
		if p, ok := h.claimNext(m, c, size); ok {
			return p, nil
		}
	}
	return claimed{}, fmt.Errorf("no free block of %d bytes in %d hints: %w", classes[c].size, claimTries, ErrCorrupt)
}

// claimNext claims the block of the magazine's next hint, if there is one and the
// block is free. The caller holds the magazine.
//
// The span may be taken from under this process at any time, if all its blocks
// are free (release.go): whoever does that changes its ctrl word first and looks
// at the blocks then; here the block is claimed first, and then ctrl looked at.
// So one of the two sees the other.
func (h *heap) claimNext(m *magazine, c int, size uint64) (p claimed, ok bool) {
	if m.hints == 0 {
		return p, false
	}
	i := m.word<<6 + uint64(bits.TrailingZeros64(m.hints))
	m.hints &= m.hints - 1
	span := m.span.Load()
	w, class := &h.small[span].blocks[i], uint64(classes[c].size)
	old := block(w.Load())
	if old.state() != blockFree {
		return p, false
	}
	now := makeBlock(blockClaimed, class-size, h.maker, old.gen())
	if !w.CompareAndSwap(uint64(old), uint64(now)) {
		return p, false
	}
	if h.ctrlOf(span) != m.ctrl {
		w.CompareAndSwap(uint64(now), uint64(old))
		h.hint(span, c, uint32(i))
		m.drop()
		return p, false
	}
	return claimed{h.offset(span) + i*class, w, now}, true
}

const noSpan = ^uint64(0)

// drop forgets the span.
func (m *magazine) drop() { m.use(noSpan, 0) }

// place is a live block as an offset led to it. It has four words, so that it
// stays in registers.
type place struct {
	first uint64 // its span
	slot  slot   // which block of the span
	word  uint64 // a block if it is small, the span's ctrl if it is large
	bytes uint64 // as they were asked for
}

// slot is the class of a small block and its number in the span, or largeSlot.
type slot uint64

const largeSlot = ^slot(0)

func makeSlot(c int, index uint32) slot { return slot(c)<<32 | slot(index) }

func (s slot) class() int    { return int(s >> 32) }
func (s slot) index() uint32 { return uint32(s) }

// locate finds the live block of a generation at an offset.
func (h *heap) locate(gen uint32, off uint64) (p place, ok bool) {
	w, first, slot := h.smallAt(off)
	if w != nil {
		b, size := block(w.Load()), uint64(classes[slot.class()].size)
		p = place{first, slot, uint64(b), size - b.slack()}
		return p, b.lives() && b.gen() == gen && gen != 0 && p.bytes-1 < size
	}
	if slot != largeSlot || gen == 0 {
		return place{}, false
	}
	c, e := h.ctrlOf(first), h.extOf(first)
	p = place{first, largeSlot, uint64(c), e.bytes()}
	return p, c.state() == stateLarge && c.gen() == gen && off == h.offset(first) && e.spans()-1 < uint64(len(h.spans))-first
}

// smallAt finds the word of the small block that begins at an offset. Where the
// span is not cut into small blocks, slot is largeSlot and w nil; where no block
// begins, w is nil.
func (h *heap) smallAt(off uint64) (w *atomic.Uint64, span uint64, s slot) {
	rel := off - h.blocks // wraps for an offset before the blocks
	i := rel >> spanShift
	if i >= uint64(len(h.spans)) {
		return nil, 0, 0
	}
	c, e := ctrl(h.spans[i].ctrl.Load()), extent(h.spans[i].ext.Load())
	if !c.hasBlocks() {
		return nil, i, largeSlot
	}
	k, ok := e.class()
	if !ok {
		return nil, i, 0
	}
	j, ok := classes[k].index(rel & (spanSize - 1))
	if !ok {
		return nil, i, 0
	}
	return &h.small[i].blocks[j], i, makeSlot(k, j)
}

// resolve reports whether the block that an array names lives, and the array fits
// it exactly: n elements of size bytes. Every access to an array begins with it, so
// it goes the way of smallAt by itself.
func (h *heap) resolve(gen uint32, off, n, size uint64) bool {
	over, bytes := bits.Mul64(n, size)
	rel := off - h.blocks // wraps for an offset before the blocks
	i := rel >> spanShift
	if over != 0 || i >= uint64(len(h.spans)) {
		return false
	}
	if s := &h.spans[i]; ctrl(s.ctrl.Load()).hasBlocks() {
		k, ok := extent(s.ext.Load()).class()
		if !ok {
			return false
		}
		j, ok := classes[k].index(rel & (spanSize - 1))
		return ok && block(h.small[i].blocks[j].Load()).is(gen, bytes, k)
	}
	p, ok := h.locate(gen, off)
	return ok && bytes == p.bytes
}

// hint tells that a block is free. Whoever dies before it is done, or half-way,
// has freed the block all the same: his sweep gives the hint.
func (h *heap) hint(span uint64, c int, i uint32) {
	w := &h.small[span].hints[i>>6]
	w.Or(1 << (i & 63))
	if h.spans[span].room.Load() == roomKnown {
		return
	}
	h.announce(span, c)
	if w.Load() == classes[c].hintMask(int(i>>6)) && h.allHinted(span, c) {
		_ = h.tryRelease(span) // the block is free in any case
	}
}

// What a span's room word says of its owner.
const (
	roomKnown = iota // allocates from it, or has just got it
	roomNone         // believes it full
	roomMail         // has mail that it is not
)

// announce tells the owner of a span, if he believes it full, that it is not.
func (h *heap) announce(span uint64, c int) {
	room := &h.spans[span].room
	if room.Load() != roomNone || !room.CompareAndSwap(roomNone, roomMail) {
		return
	}
	h.post(h.ctrlOf(span), span, c)
}

// post sets the bit for a span in its owner's mail.
func (h *heap) post(owner ctrl, span uint64, c int) {
	if slot := owner.owner().Slot(); uint64(slot) < uint64(len(h.cells)) {
		h.cells[slot].mail[c].Or(1 << (span / h.mailGroup()))
	}
}

// mailGroup is how many spans one bit of mail stands for.
func (h *heap) mailGroup() uint64 { return (uint64(len(h.spans)) + 63) / 64 }

// allHinted reports whether all blocks of a span are said to be free.
func (h *heap) allHinted(span uint64, c int) bool {
	for k := range classes[c].words() {
		if mask := classes[c].hintMask(k); h.small[span].hints[k].Load()&mask != mask {
			return false
		}
	}
	return true
}
