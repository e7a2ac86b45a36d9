package shmarena

import (
	"errors"
	"testing"
)

// freeAny frees a block as Array.Free does.
func (h *heap) freeAny(b smallBlock) error {
	if h.freeNear(b.gen, b.off, b.bytes, 1) {
		return nil
	}
	return h.freeBlock(b.gen, b.off, b.bytes, 1)
}

// hinted reports whether everybody can see the hint of a block.
func (h *heap) hinted(b smallBlock) bool {
	c := classOf(b.bytes)
	i, _ := classes[c].index(b.off & (spanSize - 1))
	return h.small[h.spanOf(b)].hints[i>>6].Load()>>(i&63)&1 == 1
}

// freeLive frees a block, and looks that it is free.
func (h *heap) freeLive(t *testing.T, b smallBlock) (near bool) {
	t.Helper()
	near = h.freeNear(b.gen, b.off, b.bytes, 1)
	if !near {
		if err := h.freeBlock(b.gen, b.off, b.bytes, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.freeAny(b); !errors.Is(err, ErrBadFree) {
		t.Errorf("freed twice: %v", err)
	}
	return near
}

// The block that was freed last, in the span that its owner allocates from, is the
// next to be allocated; nobody else is told.
func TestFreeNear(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 2, 0)
	h := hs[0]
	blocks := h.fill(t, 10)
	for _, i := range []int{7, 3, 3, 0} {
		h.region[blocks[i].off] = 1
		if !h.freeLive(t, blocks[i]) || h.hinted(blocks[i]) {
			t.Errorf("block %d is not freed near by", i)
		}
		b := h.mustAllocate(t, 4096)
		if b.off != blocks[i].off || b.gen != stepGen(blocks[i].gen) || h.region[b.off] != 0 {
			t.Errorf("after %+v was freed comes %+v, which holds %d", blocks[i], b, h.region[b.off])
		}
		blocks[i] = b
	}
	h.mustAudit(t)
}

// What is not the magazine's is freed for all to see, or not at all.
func TestFreeNotNear(t *testing.T) {
	const elsewhere, here = 0, 17 // of 18 blocks of two spans
	for name, tt := range map[string]struct {
		which   int
		prepare func(owner, other *heap, b *smallBlock) (freer *heap)
	}{
		"another span":    {elsewhere, func(owner, _ *heap, _ *smallBlock) *heap { return owner }},
		"another member":  {here, func(_, other *heap, _ *smallBlock) *heap { return other }},
		"a busy magazine": {here, func(owner, _ *heap, _ *smallBlock) *heap { owner.magazines[classOf(4096)].mu.Lock(); return owner }},
		"a closed arena":  {here, func(owner, _ *heap, _ *smallBlock) *heap { owner.shut(func() bool { return true }); return owner }},
		"a span that was taken away": {here, func(owner, other *heap, b *smallBlock) *heap {
			span := owner.spanOf(*b)
			owner.spans[span].ctrl.Store(uint64(owner.ctrlOf(span).as(stateSmall, other.self.ID())))
			return owner
		}},
	} {
		hs, _ := newSmallHeap(t, 8, 2, 0)
		b := hs[0].fill(t, 18)[tt.which]
		other := hs[1].mustAllocate(t, 4096) // it has a span, too
		freer := tt.prepare(hs[0], hs[1], &b)
		near := freer.freeLive(t, b)
		if !hs[0].hinted(b) || near != (name == "a span that was taken away") {
			t.Errorf("%s: freed near by: %v, hint: %v", name, near, hs[0].hinted(b))
		}
		if m := &hs[0].magazines[classOf(4096)]; m.hints&(1<<(b.off&(spanSize-1)/4096)) != 0 && tt.which == here {
			t.Errorf("%s: the magazine has the block", name)
		}
		hs[1].mustFreeSmall(t, other)
	}
}

// A magazine has hints of one word: a block of another one is told to all, unless it
// has none.
func TestFreeNearOtherWord(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 1, 0)
	h := hs[0]
	var blocks []smallBlock
	for range 70 {
		blocks = append(blocks, h.mustAllocate(t, 64))
	}
	if h.freeLive(t, blocks[3]); !h.hinted(blocks[3]) {
		t.Error("no hint of a block of the word before")
	}
	for range 128 - 70 {
		h.mustAllocate(t, 64)
	}
	if h.freeLive(t, blocks[5]); h.hinted(blocks[5]) {
		t.Error("a magazine without hints does not keep one")
	}
	if b := h.mustAllocate(t, 64); b.off != blocks[5].off {
		t.Errorf("the next block lies at %#x, the one that was freed at %#x", b.off, blocks[5].off)
	}
	h.mustAudit(t)
}

// A magazine may be at another span by the time that it is held. Then a block is not
// freed there: its hint would be one of the other span.
func TestFreeHeldElsewhere(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 1, 0)
	h := hs[0]
	b := h.fill(t, 17)[3]
	if h.freeHeld(&h.magazines[classOf(4096)], classOf(4096), b.gen, b.off-h.blocks, b.bytes) {
		t.Error("a block of the span before was freed as one of this")
	}
	h.mustFreeSmall(t, b)
}

// A length whose bytes wrap to those of the block is not that of the block.
func TestFreeWrapped(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 1, 0)
	h := hs[0]
	b := h.mustAllocate(t, 64)
	const wraps = 1<<61 + 8
	if h.freeNear(b.gen, b.off, wraps, 8) {
		t.Error("freed near by")
	}
	if err := h.freeBlock(b.gen, b.off, wraps, 8); !errors.Is(err, ErrBadFree) {
		t.Errorf("free: %v", err)
	}
	h.mustFreeSmall(t, b)
}
