package shmarena

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// A structure in the arena that owns blocks must not lose one when a process is
// killed while it allocates: so the block and the word of the structure that is
// to name it are tied. While the block is CLAIMED (a large one: COMMITTING) the
// cell of its maker says which word it is for. Then the word is stored, then the
// block goes LIVE. Whoever recovers looks at the word: if it names the block,
// the block is LIVE; otherwise nobody has it, and it is free.
//
// Such a block belongs to the structure from then on, and to no member: it is
// nobody's orphan, whoever dies.
//
// A process that finds the reference in the word before the maker's death is
// swept may use it at once: bytes and freeRef make the block LIVE if its maker
// has not come to it. Who copies a reference from a word to another one must
// call one of the two, or settle, before.

// blockRef names a block in one word: its offset in units of 64 bytes, and the
// last bits of its generation. 0 is none.
//
//	generation:22 | offset/64:42
type blockRef uint64

const (
	refUnit    = 64
	refOffBits = 42
	refGenBits = 64 - refOffBits
)

func makeRef(off uint64, gen uint32) blockRef {
	return blockRef(uint64(gen)<<refOffBits | off/refUnit)
}

func (r blockRef) off() uint64           { return uint64(r) & (1<<refOffBits - 1) * refUnit }
func (r blockRef) names(gen uint32) bool { return uint32(r>>refOffBits) == gen&(1<<refGenBits-1) }

// allocInto allocates a block of so many bytes and stores its reference in dst,
// a word of the arena that the caller has for itself. What dst held before is
// overwritten. Killed at any instruction it leaves a block that dst names, or
// none. The block is zero, and aligned to 64 bytes.
//
// Errors are those of [Alloc]; dst is as it was then.
//
// Preconditions:
//   - dst lies in the arena
func (a *Arena) allocInto(bytes int64, dst *atomic.Uint64) (blockRef, error) {
	at, err := a.enterWrite()
	if err != nil {
		return 0, err
	}
	defer at.leave()
	word := at.offsetOf(dst)
	switch {
	case bytes <= 0:
		return 0, argument("%d bytes", bytes)
	case uint64(bytes) > at.header.capacity:
		return 0, at.tooLarge(uint64(bytes), true)
	}
	size, guard := uint64(bytes), at.heap.guardLen()
	if size+guard <= maxSmall {
		return at.heap.allocSmallInto(classOf(size+guard), size, dst, word)
	}
	return at.heap.allocLargeInto(size, dst, word)
}

// allocSmallInto is allocSmall for a word. It keeps the magazine to the end: the
// cell has one record for each class.
func (h *heap) allocSmallInto(c int, bytes uint64, dst *atomic.Uint64, word uint64) (blockRef, error) {
	m := &h.magazines[c]
	m.mu.Lock()
	defer m.mu.Unlock()
	rec := h.recordFor(c, &m.tidy)
	p, err := h.claimBlock(m, c, bytes)
	if err != nil {
		return 0, err
	}
	ref := makeRef(p.off, p.now.gen())
	rec.begin(word, ref)
	h.prepare(p.off, bytes, uint64(classes[c].size))
	dst.Store(uint64(ref))
	p.word.CompareAndSwap(uint64(p.now), uint64(p.now.kept()))
	rec.ref.Store(0)
	return ref, nil
}

func (h *heap) allocLargeInto(bytes uint64, dst *atomic.Uint64, word uint64) (blockRef, error) {
	h.into.Lock()
	defer h.into.Unlock()
	rec := h.recordFor(maxClasses, &h.intoTidy)
	g, err := h.obtain(h.extentFor(bytes))
	if err != nil {
		return 0, err
	}
	h.guard(h.offset(g.first), bytes, h.extOf(g.first).spans()<<spanShift)
	ref := makeRef(h.offset(g.first), g.gen)
	rec.begin(word, ref)
	dst.Store(uint64(ref))
	old := makeCtrl(stateCommitting, h.self.ID(), g.gen)
	h.spans[g.first].ctrl.CompareAndSwap(uint64(old), uint64(old.as(stateLarge, futex.NoID)))
	rec.ref.Store(0)
	return ref, nil
}

// begin notes which word a block is for; ref last, since it makes the record valid.
func (r *intoRecord) begin(word uint64, ref blockRef) {
	r.dst.Store(word)
	r.ref.Store(uint64(ref))
}

// recordFor is this member's record for a class. The first time, what a dead
// member of the same slot has left there is settled: its sweep may be to come.
func (h *heap) recordFor(c int, tidy *bool) *intoRecord {
	slot := h.self.ID().Slot()
	rec := &h.cells[slot].into[c]
	if !*tidy {
		if rec.ref.Load() != 0 {
			h.settleRef(blockRef(rec.ref.Load()), slot)
		}
		*tidy = true
	}
	return rec
}

// settleRef decides about a block that a dead member of a slot was allocating.
func (h *heap) settleRef(r blockRef, slot uint32) {
	i := (r.off() - h.blocks) >> spanShift
	if i >= uint64(len(h.spans)) {
		return
	}
	now := h.ctrlOf(i)
	if now.state() == stateCommitting && now.owner() != h.self.ID() && now.owner().Slot() == slot {
		h.arrived(i, now)
		return
	}
	c, ok := h.extOf(i).class()
	if !ok || !now.hasBlocks() {
		return
	}
	k, ok := classes[c].index(r.off() & (spanSize - 1))
	if !ok {
		return
	}
	w := &h.small[i].blocks[k]
	b := block(w.Load())
	if b.state() == blockClaimed && b.maker() != h.maker && r.names(b.gen()) {
		w.CompareAndSwap(uint64(b), uint64(h.settled(i, k, b, slot)))
	}
}

// settled is what the CLAIMED block k of a span becomes when its maker, which
// had that slot, is dead.
func (h *heap) settled(span uint64, k uint32, b block, slot uint32) block {
	c, ok := h.extOf(span).class()
	if !ok || uint64(slot) >= uint64(len(h.cells)) {
		return b.unclaimed()
	}
	ref := makeRef(h.offset(span)+uint64(k)*uint64(classes[c].size), b.gen())
	switch rec := &h.cells[slot].into[c]; {
	case rec.ref.Load() != uint64(ref):
		return b.unclaimed() // no word has ever named it
	case h.wordAt(rec.dst.Load()) == uint64(ref):
		return b.kept()
	}
	return b.freed()
}

// arrived makes a run LIVE that a dead member was allocating for a word, if the
// word names it, and reports whether it did.
func (h *heap) arrived(first uint64, c ctrl) bool {
	slot := c.owner().Slot()
	if c.state() != stateCommitting || uint64(slot) >= uint64(len(h.cells)) || h.extOf(first).kind() != kindLarge {
		return false
	}
	ref := makeRef(h.offset(first), c.gen())
	rec := &h.cells[slot].into[maxClasses]
	if rec.ref.Load() != uint64(ref) || h.wordAt(rec.dst.Load()) != uint64(ref) {
		return false
	}
	return h.spans[first].ctrl.CompareAndSwap(uint64(c), uint64(c.as(stateLarge, futex.NoID)))
}

// wordAt reads a word of the arena, or 0 where there is none. It lies in a block
// that is live, or in none: then it is not looked at, since it may be a hole.
func (h *heap) wordAt(off uint64) uint64 {
	if off%8 != 0 || off >= uint64(len(h.region)) || (off >= h.tables && !h.inBlock(off)) {
		return 0
	}
	return h.atomicAt(off).Load()
}

// inBlock reports whether an offset lies in memory that somebody has.
func (h *heap) inBlock(off uint64) bool {
	i := (off - h.blocks) >> spanShift
	if off < h.blocks || i >= uint64(len(h.spans)) {
		return false
	}
	if now := h.ctrlOf(i); now.hasBlocks() {
		return true
	}
	for first := range i + 1 {
		first = i - first
		if c := h.ctrlOf(first); c.state() == stateLarge {
			return off < h.offset(first)+h.reserved(h.extOf(first))
		}
	}
	return false
}

// settle makes the block of a reference LIVE if its maker has not come to it,
// and finds it. The caller has read the reference in the word that it was made
// for, or settled it before.
func (h *heap) settle(r blockRef) (place, bool) {
	if r == 0 {
		return place{}, false
	}
	i := (r.off() - h.blocks) >> spanShift
	if i >= uint64(len(h.spans)) {
		return place{}, false
	}
	if now := h.ctrlOf(i); !now.hasBlocks() {
		if now.state() == stateCommitting && r.names(now.gen()) {
			if h.self == nil {
				return h.unsettled(r, place{i, largeSlot, uint64(now), h.extOf(i).bytes()})
			}
			h.spans[i].ctrl.CompareAndSwap(uint64(now), uint64(now.as(stateLarge, futex.NoID)))
		}
		p, ok := h.locate(now.gen(), r.off())
		return p, ok && r.names(now.gen())
	}
	c, ok := h.extOf(i).class()
	if !ok {
		return place{}, false
	}
	k, ok := classes[c].index(r.off() & (spanSize - 1))
	if !ok {
		return place{}, false
	}
	w := &h.small[i].blocks[k]
	b := block(w.Load())
	if b.state() == blockClaimed && r.names(b.gen()) {
		if h.self == nil {
			return h.unsettled(r, place{i, makeSlot(c, k), uint64(b), uint64(classes[c].size) - b.slack()})
		}
		w.CompareAndSwap(uint64(b), uint64(b.kept()))
	}
	p, ok := h.locate(b.gen(), r.off())
	return p, ok && r.names(b.gen())
}

// unsettled is the block of a reference for a reader, who cannot make it LIVE. Its
// memory is there, and was zeroed, before the reference was.
func (h *heap) unsettled(r blockRef, p place) (place, bool) {
	room := uint64(len(h.region)) - min(h.offsetAt(p), uint64(len(h.region)))
	return p, h.offsetAt(p) == r.off() && p.bytes-1 < room
}

// bytes is the block, in shared memory. It is [ErrFreed] if there is none: a
// word keeps its reference when freeRef was killed half-way.
func (r blockRef) bytes(a *Arena) ([]byte, error) {
	at, err := a.enter()
	if err != nil {
		return nil, err
	}
	defer at.leave()
	p, ok := at.heap.settle(r)
	if !ok {
		return nil, fmt.Errorf("block at %#x: %w", r.off(), ErrFreed)
	}
	at.hand()
	return at.region[r.off() : r.off()+p.bytes : r.off()+p.bytes], nil
}

// freeRef frees the block that dst names, and clears dst. The block is freed
// first: who is killed in between leaves a reference to nothing, which bytes
// calls ErrFreed, and which freeRef only clears. Nobody else may change dst meanwhile.
//
// Errors: [ErrClosed], [ErrBusy], [ErrCorrupt], [ErrOverrun].
func (a *Arena) freeRef(dst *atomic.Uint64) error {
	at, err := a.enterWrite()
	if err != nil {
		return err
	}
	defer at.leave()
	r := blockRef(dst.Load())
	if p, ok := at.heap.settle(r); ok {
		if err := at.heap.freePlace(p); err != nil && err != ErrBadFree {
			return err
		}
	}
	dst.CompareAndSwap(uint64(r), 0)
	return nil
}
