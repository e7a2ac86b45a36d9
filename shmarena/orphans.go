package shmarena

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

// Orphans are blocks whose allocating process is dead. They are not garbage by
// themselves: blocks outlive their processes, and another process may hold the
// Array. Blocks that are published by name or held ([ErrHeld]) are nobody's orphans, and
// neither is what a collection has allocated behind its handle: that is freed with it.
type Orphans struct {
	Blocks int
	Bytes  int64 // as they were asked for
}

// Orphans counts the blocks that dead processes have left.
func (a *Arena) Orphans() (Orphans, error) { return a.orphans(false) }

// FreeOrphans frees them. Only the program as a whole knows that this is
// right: that no living process still uses an array that a dead one made.
func (a *Arena) FreeOrphans() (Orphans, error) { return a.orphans(true) }

func (a *Arena) orphans(free bool) (Orphans, error) {
	at, err := a.enterWrite()
	if err != nil {
		return Orphans{}, err
	}
	defer at.leave()
	named, err := at.names.blocks(at.heap)
	if err != nil {
		return Orphans{}, fmt.Errorf("shmarena: %s: orphans: %w", a, err)
	}
	found, err := at.heap.orphans(named, free)
	if err != nil {
		return found, fmt.Errorf("shmarena: %s: orphans: %w", a, err)
	}
	return found, nil
}

// blocks is the set of the offsets of published blocks.
func (d *directory) blocks(h *heap) (map[uint64]bool, error) {
	if err := d.lock(); err != nil {
		return nil, err
	}
	defer d.unlock()
	named := map[uint64]bool{}
	for i := range d.entries {
		e := &d.entries[i]
		if p := e.read(); e.state.Load() != entryEmpty && h.live(p) {
			named[p.off] = true
		}
	}
	return named, nil
}

// orphans looks at every span: only the first one of a block can be LARGE.
func (h *heap) orphans(named map[uint64]bool, free bool) (Orphans, error) {
	o := orphanage{heap: h, named: named, free: free, alive: h.roster()}
	for i := range uint64(len(h.spans)) {
		c := h.ctrlOf(i)
		if c.state() == stateLarge && c.owner() != futex.NoID && !o.alive[makerOf(c.owner())] {
			o.take(place{i, largeSlot, uint64(c), h.extOf(i).bytes()})
		}
		if class, ok := h.extOf(i).class(); ok && c.hasBlocks() {
			o.small(i, class)
		}
	}
	return o.found, errors.Join(o.errs...)
}

// orphanage collects the blocks of dead members.
type orphanage struct {
	heap  *heap
	named map[uint64]bool
	free  bool
	alive map[uint64]bool
	found Orphans
	errs  []error
}

// small looks at every block of a span.
func (o *orphanage) small(span uint64, class int) {
	for k := range classes[class].count {
		b := block(o.heap.small[span].blocks[k].Load())
		if b.lives() && b.maker() != makerMask && !o.alive[b.maker()] {
			size := uint64(classes[class].size)
			o.take(place{span, makeSlot(class, k), uint64(b), size - min(b.slack(), size)})
		}
	}
}

func (o *orphanage) take(p place) {
	off := o.heap.offsetAt(p)
	if o.named[off] || o.heap.isHeld(off, o.heap.genOf(p)) {
		return
	}
	if o.free {
		err := o.heap.freePlace(p)
		if errors.Is(err, ErrHeld) {
			return // since
		}
		if err != nil {
			o.errs = append(o.errs, err)
			return
		}
	}
	o.found.Blocks++
	o.found.Bytes += int64(p.bytes)
}

// genOf is the generation of a block.
func (h *heap) genOf(p place) uint32 {
	if p.slot == largeSlot {
		return ctrl(p.word).gen()
	}
	return block(p.word).gen()
}

// offsetAt is where a block lies in the file.
func (h *heap) offsetAt(p place) uint64 {
	if p.slot == largeSlot {
		return h.offset(p.first)
	}
	return h.offset(p.first) + uint64(p.slot.index())*uint64(classes[p.slot.class()].size)
}
