package shmarena

import "fmt"

// Resize returns an array of n elements with the first of x, as many as both
// have; the rest is zero. x is good no more, nor are slices onto it. The block
// stays where it is if n elements fit what it occupies (a class of small blocks,
// or a number of spans) and would not fit a smaller one; otherwise it is copied
// to a new block, aligned as by [Alloc].
//
// After an error x is as it was. Nobody else may free or resize x meanwhile.
//
// Errors: those of [Alloc]; [ErrArgument] for the zero Array, which has no arena;
// [ErrFreed]; [ErrOverrun]; [ErrHeld] where [Array.Free] would be.
func (x Array[T]) Resize(n int) (Array[T], error) {
	y, err := x.resize(n)
	if err != nil {
		return Array[T]{}, fmt.Errorf("shmarena: resize %d elements at %#x to %d: %w", x.n, x.off, n, err)
	}
	return y, nil
}

func (x Array[T]) resize(n int) (Array[T], error) {
	if x.IsZero() || n <= 0 {
		return x, argument("of an array of %d", x.n)
	}
	at := attached(x.arena())
	if at == nil || at.enter() != nil {
		return x, ErrClosed
	}
	defer at.leave()
	if at.readOnly() {
		return x, ErrReadOnly
	}
	h := at.heap
	p, ok := h.locate(x.gen(), x.off)
	if !ok || p.bytes != x.n*elemSize[T]() || x.n > maxSize {
		return x, ErrFreed
	}
	if h.isHeld(x.off, x.gen()) {
		return x, ErrHeld
	}
	if bytes, ok := sizeOf(n, uintptr(elemSize[T]())); ok && bytes <= at.header.capacity {
		done, err := h.resizeInPlace(p, x.off, bytes)
		if done || err != nil {
			x.n = uint64(n)
			return x, at.located(err)
		}
	}
	return x.moved(at, p, n)
}

// moved copies the array to a new block and frees the old one.
func (x Array[T]) moved(at *attachment, p place, n int) (Array[T], error) {
	size := elemSize[T]()
	off, gen, err := at.allocate(n, uintptr(size), defaultAlign)
	if err != nil {
		return x, err
	}
	y := makeArray[T](at.id, gen, off, uint64(n))
	copy(at.region[y.off:y.off+y.n*size], at.region[x.off:x.off+x.n*size])
	if err := at.heap.freePlace(p); err != nil {
		_ = at.heap.freeBlock(gen, y.off, y.n, size)
		return x, err
	}
	return y, nil
}

// resizeInPlace makes a block of p one of so many bytes, if it has the room that
// such a block gets. In a checked arena blocks are always moved, which leaves
// the guard bytes of both whole at any instant.
func (h *heap) resizeInPlace(p place, off, bytes uint64) (done bool, err error) {
	switch {
	case h.guarded || bytes > h.room(p) || p.slot != largeSlot && classOf(bytes) != p.slot.class():
		return false, nil
	case p.slot == largeSlot:
		return h.resizeLarge(p, bytes)
	}
	if bytes > p.bytes {
		h.zero(off+p.bytes, bytes-p.bytes)
	}
	b := block(p.word)
	now := makeBlock(b.state(), h.room(p)-bytes, b.maker(), b.gen())
	if !h.small[p.first].blocks[p.slot.index()].CompareAndSwap(p.word, uint64(now)) {
		return false, ErrFreed
	}
	return true, nil
}

// room is how many bytes the block of p could have.
func (h *heap) room(p place) uint64 {
	if p.slot == largeSlot {
		return h.extOf(p.first).spans() << spanShift
	}
	return uint64(classes[p.slot.class()].size)
}

// resizeLarge changes how much of its last span a large block has. Pages that it
// needs no more stay until it is freed.
func (h *heap) resizeLarge(p place, bytes uint64) (done bool, err error) {
	old, ext := h.extOf(p.first), extentFor(bytes)
	if old.spans() != ext.spans() || bytes <= maxSmall {
		return false, nil
	}
	if bytes > p.bytes {
		if err := h.mem.reserve(h.offset(p.first), h.reserved(ext)); err != nil {
			return false, err
		}
		h.zero(h.offset(p.first)+p.bytes, bytes-p.bytes)
	}
	if err := h.lock(); err != nil {
		return false, err
	}
	defer h.unlock()
	if h.ctrlOf(p.first) != ctrl(p.word) || h.extOf(p.first) != old {
		return false, ErrFreed
	}
	h.apply(h.resizing(run{p.first, ext.spans()}, old, ext))
	return true, nil
}

// resizing is the change of a large block's length within its spans.
func (h *heap) resizing(r run, old, ext extent) *change {
	c := h.begin()
	c.set(wordExt(r.first), uint64(ext))
	c.set(wordExt(r.end()-1), uint64(ext))
	bytes := h.ctl.bytes.Load() - old.bytes() + ext.bytes()
	c.set(wordBytes, bytes)
	c.set(wordPeak, max(h.ctl.peak.Load(), bytes+h.ctl.small.Load()<<spanShift))
	return c
}
