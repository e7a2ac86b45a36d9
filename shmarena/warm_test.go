package shmarena

import "testing"

// The run that was freed last is taken first; the one that was freed first is
// given back when there is no room; what is longer is cut.
func TestWarmOrder(t *testing.T) {
	hs, p := newSmallHeap(t, 64, 2, 6)
	h := hs[0]
	var blocks []smallBlock
	for range 4 {
		blocks = append(blocks, h.mustAllocate(t, 2*spanSize))
	}
	hs[1].mustFreeSmall(t, blocks...)
	if got := h.ctl.warm.Load(); got != 6 {
		t.Errorf("%d spans are warm, want 6", got)
	}
	if n := p.count(); n != 6*16 {
		t.Errorf("%d pages are reserved, want %d", n, 6*16)
	}
	for _, i := range []int{3, 2, 1} {
		if b := h.mustAllocate(t, 2*spanSize); b.off != blocks[i].off {
			t.Errorf("a block at %#x, want that of block %d at %#x", b.off, i, blocks[i].off)
		}
	}
	if got := h.ctl.warm.Load(); got != 0 {
		t.Errorf("%d spans are warm", got)
	}
	h.mustAudit(t)
}

// A longer run is cut, if it is not much longer; its rest stays warm.
func TestWarmIsCut(t *testing.T) {
	hs, _ := newSmallHeap(t, 64, 1, 32)
	h := hs[0]
	long, longer := h.mustAllocate(t, 4*spanSize), h.mustAllocate(t, 20*spanSize)
	h.mustFreeSmall(t, longer, long)
	if b := h.mustAllocate(t, 3*spanSize); b.off != long.off {
		t.Errorf("a block at %#x, want %#x", b.off, long.off)
	}
	if b := h.mustAllocate(t, spanSize); b.off != long.off+3*spanSize {
		t.Errorf("the rest is not taken: a block at %#x", b.off)
	}
	if b := h.mustAllocate(t, spanSize); b.off == longer.off {
		t.Error("a much longer run is cut")
	}
	h.mustAudit(t)
}

// Whoever finds no space gets what is warm, and what others have and need not.
func TestWarmIsNoLoss(t *testing.T) {
	hs, p := newSmallHeap(t, 16, 2, 16)
	a := hs[0].fill(t, 40)
	b := hs[0].mustAllocate(t, 5*spanSize)
	hs[0].mustFreeSmall(t, b)
	hs[0].mustFreeSmall(t, a...)
	c := hs[1].mustAllocate(t, 16*spanSize)
	hs[1].mustFreeSmall(t, c)
	p.limit = p.count() // the machine is full
	d := hs[1].mustAllocate(t, 15*spanSize)
	hs[1].mustFreeSmall(t, d)
	hs[0].mustAudit(t)
}

// A stack that lost entries, or has one twice, costs warmth and nothing else.
func TestTornStack(t *testing.T) {
	hs, _ := newSmallHeap(t, 32, 1, 16)
	h := hs[0]
	var blocks []smallBlock
	for range 5 {
		blocks = append(blocks, h.mustAllocate(t, spanSize))
	}
	h.mustFreeSmall(t, blocks...)
	s := &h.ctl.stack
	s.runs[1].Store(s.runs[2].Load())
	s.runs[3].Store(1 << 40)
	seen := map[uint64]bool{}
	for range 20 {
		b := h.mustAllocate(t, spanSize)
		if seen[b.off] {
			t.Fatalf("a block at %#x twice", b.off)
		}
		seen[b.off] = true
		h.mustAudit(t)
	}
	if _, err := h.trim(); err != nil || h.ctl.warm.Load() != 0 {
		t.Errorf("%d spans are warm after trim, %v", h.ctl.warm.Load(), err)
	}
	h.mustAudit(t)
}

// What a warm run has not reserved is reserved when it is taken.
func TestWarmIsCompleted(t *testing.T) {
	hs, p := newSmallHeap(t, 4, 1, 4)
	h := hs[0]
	h.mustFreeSmall(t, h.mustAllocate(t, 40000))
	if n := p.count(); n != 10 {
		t.Errorf("%d pages are reserved, want 10", n)
	}
	b := h.mustAllocate(t, 60000)
	if n := p.count(); n != 15 {
		t.Errorf("%d pages are reserved, want 15", n)
	}
	h.mustFreeSmall(t, b)
}
