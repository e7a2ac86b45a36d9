package shmarena

import "fmt"

// Populate maps the pages of all blocks that there are at this moment into this
// process, so that their first use does not fault page by page: about 0.1 us a
// page instead of one. It is worth it in a process that is going to read most
// of an arena that another one has filled. Pages are neither reserved nor
// changed by it; a block that is freed meanwhile may keep some of its memory
// until its spans are used again.
func (a *Arena) Populate() error {
	at, err := a.enter()
	if err != nil {
		return err
	}
	defer at.leave()
	h := at.heap
	for i := range uint64(len(h.spans)) {
		c, e := h.ctrlOf(i), h.extOf(i)
		n := h.reserved(e)
		if c.state() != stateLarge && !c.hasBlocks() || e.spans() == 0 || e.spans() > uint64(len(h.spans))-i {
			continue
		}
		if err := populate(at.region[h.offset(i) : h.offset(i)+n]); err != nil {
			return fmt.Errorf("shmarena: %s: populate: %w", a, err)
		}
	}
	return nil
}

// Populate is [Arena.Populate] for one array.
func (x Array[T]) Populate() error {
	if x.IsZero() {
		return nil
	}
	at := attached(x.arena())
	if at == nil || at.enter() != nil {
		return fmt.Errorf("shmarena: populate: %w", ErrClosed)
	}
	defer at.leave()
	if !at.heap.resolve(x.gen(), x.off, x.n, elemSize[T]()) {
		return fmt.Errorf("shmarena: populate at %#x: %w", x.off, ErrFreed)
	}
	from, to := x.off&^(at.heap.page-1), align(x.off+x.n*elemSize[T](), at.heap.page)
	if err := populate(at.region[from:to]); err != nil {
		return fmt.Errorf("shmarena: populate at %#x: %w", x.off, err)
	}
	return nil
}
