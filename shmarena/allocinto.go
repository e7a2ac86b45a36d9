package shmarena

import (
	"fmt"
	"sync/atomic"
)

// blockRef names a block in one shared word: generation:30, span:32. Zero is no
// block.
type blockRef uint64

const refSpanBits = 32

// allocInto allocates a zeroed block and stores its reference in dst, a word of
// the arena that is 0 and that nobody else stores to meanwhile.
func (a *Arena) allocInto(bytes int64, dst *atomic.Uint64) (blockRef, error) {
	at, err := a.enter()
	if err != nil {
		return 0, err
	}
	defer at.leave()
	if bytes <= 0 || uint64(bytes) > at.header.capacity {
		return 0, at.tooLarge(uint64(bytes), bytes > 0 && bytes <= maxSize)
	}
	first, gen, err := at.heap.alloc(uint64(bytes))
	if err != nil {
		return 0, at.located(err)
	}
	r := blockRef(uint64(gen)<<refSpanBits | first)
	dst.Store(uint64(r))
	return r, nil
}

// freeRef frees the block that dst names, if it names one, and makes dst 0.
func (a *Arena) freeRef(dst *atomic.Uint64) error {
	at, err := a.enter()
	if err != nil {
		return err
	}
	defer at.leave()
	r := blockRef(dst.Load())
	if r == 0 || !dst.CompareAndSwap(uint64(r), 0) {
		return nil
	}
	if r.span() >= uint64(len(at.heap.spans)) {
		return fmt.Errorf("reference %#x: %w", uint64(r), ErrBadFree)
	}
	return at.heap.free(r.span(), r.gen())
}

func (r blockRef) span() uint64 { return uint64(r) & (1<<refSpanBits - 1) }
func (r blockRef) gen() uint32  { return uint32(uint64(r) >> refSpanBits) }

// bytes is the memory of the block: ErrFreed if there is none of that
// generation, whatever the reference says.
func (r blockRef) bytes(a *Arena) ([]byte, error) {
	h, i := a.at.heap, r.span()
	if i >= uint64(len(h.spans)) {
		return nil, ErrFreed
	}
	c, e := h.ctrlOf(i), h.extOf(i)
	if c.state() != stateLarge || c.gen() != r.gen() || r.gen() == 0 ||
		e.spans() == 0 || e.spans() > uint64(len(h.spans))-i {
		return nil, ErrFreed
	}
	off := h.offset(i)
	return a.at.region[off : off+e.bytes() : off+e.bytes()], nil
}
