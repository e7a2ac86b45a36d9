package shmarena

import (
	"errors"
	"fmt"
)

// allocate returns the offset and the generation of a new block of so many
// bytes, at a multiple of to. The block is zero.
//
// Preconditions:
//   - 0 < bytes <= maxSize
//   - to is a power of two, at most spanSize
func (h *heap) allocate(bytes, to uint64) (off uint64, gen uint32, err error) {
	if c, ok := classAligned(bytes+h.guardLen(), to); ok {
		return h.allocSmall(c, bytes)
	}
	first, gen, err := h.alloc(bytes)
	return h.offset(first), gen, err
}

// alloc reserves a large block of so many bytes and returns its first span and
// its generation. The block is zero.
//
// Preconditions: 0 < bytes <= maxSize
func (h *heap) alloc(bytes uint64) (first uint64, gen uint32, err error) {
	g, err := h.obtain(h.extentFor(bytes))
	if err != nil {
		return 0, 0, err
	}
	h.guard(h.offset(g.first), bytes, h.extOf(g.first).spans()<<spanShift)
	return g.first, g.gen, h.publish(g, stateLarge)
}

// publish makes a run that was obtained what it is to be.
func (h *heap) publish(g grant, s state) error {
	old := makeCtrl(stateCommitting, h.self.ID(), g.gen)
	if !h.spans[g.first].ctrl.CompareAndSwap(uint64(old), uint64(old.as(s, h.self.ID()))) {
		return fmt.Errorf("span %d changed while it was allocated: %w", g.first, ErrCorrupt)
	}
	return nil
}

// grant is a run that was taken and is COMMITTING: this member alone has it.
type grant struct {
	first     uint64
	gen       uint32
	warm      bool   // it may hold what its last owner wrote
	committed uint64 // bytes at its front that are reserved already
}

// obtain takes a run and reserves its memory. When there is no room, what is
// only kept for speed is given up, once.
func (h *heap) obtain(ext extent) (grant, error) {
	g, err := h.obtainOnce(ext)
	if errors.Is(err, ErrNoSpace) && h.reclaim() > 0 {
		g, err = h.obtainOnce(ext)
	}
	return g, err
}

func (h *heap) obtainOnce(ext extent) (grant, error) {
	g, err := h.take(ext)
	if err != nil {
		return g, err
	}
	if need := h.reserved(ext); need > g.committed {
		if err := h.mem.reserve(h.offset(g.first), need); err != nil {
			return g, errors.Join(err, h.abandon(g.first, g.gen))
		}
	}
	if g.warm && ext.kind() == kindLarge {
		h.zero(h.offset(g.first), ext.bytes())
	}
	return g, nil
}

// zero clears bytes of a block.
func (h *heap) zero(off, n uint64) {
	if h.region != nil {
		clear(h.region[off : off+n])
	}
}

// reserved is how many bytes of its spans a block really has.
func (h *heap) reserved(e extent) uint64 {
	return min(align(e.bytes()+h.guardLen(), h.page), e.spans()<<spanShift)
}

// take cuts a run for the block out of the warm ones, or else the free ones, and
// leaves it COMMITTING.
func (h *heap) take(ext extent) (grant, error) {
	if err := h.lock(); err != nil {
		return grant{}, err
	}
	defer h.unlock()
	if g, ok := h.takeWarm(ext); ok {
		return g, nil
	}
	from, largest, err := h.find(ext.spans())
	if err != nil {
		return grant{}, err
	}
	if from.n == 0 {
		return grant{}, h.noSpace(ext, largest)
	}
	gen := h.ctrlOf(from.first).nextGen()
	h.apply(h.taking(from, ext, gen))
	return grant{first: from.first, gen: gen}, nil
}
