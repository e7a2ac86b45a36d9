package shmarena

import (
	"errors"
	"testing"
)

func (h *heap) mustAllocate(tb testing.TB, bytes uint64) smallBlock {
	tb.Helper()
	off, gen, err := h.allocate(bytes, defaultAlign)
	if err != nil {
		tb.Fatal(err)
	}
	return smallBlock{off: off, gen: gen, bytes: bytes}
}

func (h *heap) mustFreeSmall(tb testing.TB, blocks ...smallBlock) {
	tb.Helper()
	for _, b := range blocks {
		if err := h.freeAny(b); err != nil {
			tb.Fatal(err)
		}
	}
}

// fill allocates n blocks of 4 KiB, of which a span holds 16.
func (h *heap) fill(tb testing.TB, n int) (blocks []smallBlock) {
	tb.Helper()
	for range n {
		blocks = append(blocks, h.mustAllocate(tb, 4096))
	}
	return blocks
}

func (h *heap) spanOf(b smallBlock) uint64 { return (b.off - h.blocks) >> spanShift }

// Somebody takes an empty span away from its owner, who has hints of it. The
// owner allocates nothing there any more.
func TestTakenFromItsOwner(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 2, 0)
	owner, other := hs[0], hs[1]
	b := owner.mustAllocate(t, 64)
	owner.mustFreeSmall(t, b)
	if _, err := other.trim(); err != nil || other.ctl.used.Load() != 0 {
		t.Fatalf("%d spans in use after trim, %v", other.ctl.used.Load(), err)
	}
	big := other.mustAllocate(t, 3*spanSize)
	c := owner.mustAllocate(t, 64)
	if c.off >= big.off && c.off < big.off+big.bytes {
		t.Errorf("a small block at %#x lies in a large one at %#x", c.off, big.off)
	}
	other.mustFreeSmall(t, c, big)
	owner.mustAudit(t)
}

// While a span is HELD its owner allocates elsewhere; what is live in it stays
// good, and the one who held it finds its free blocks.
func TestHeldSpan(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 2, 0)
	owner, holder := hs[0], hs[1]
	kept := owner.mustAllocate(t, 4096)
	span := owner.spanOf(kept)
	held := owner.ctrlOf(span).as(stateHeld, holder.self.ID())
	owner.spans[span].ctrl.Store(uint64(held))
	if b := owner.mustAllocate(t, 4096); owner.spanOf(b) == span {
		t.Error("a block was allocated in a span that is HELD")
	}
	if _, ok := owner.locate(kept.gen, kept.off); !ok {
		t.Error("a live block in a HELD span is not found")
	}
	if err := holder.judge(span, held); err != nil {
		t.Fatal(err)
	}
	if c := holder.ctrlOf(span); c.state() != stateSmall || c.owner() != holder.self.ID() {
		t.Fatalf("the span is %v of %#x", c.state(), c.owner())
	}
	if b := holder.mustAllocate(t, 4096); holder.spanOf(b) != span {
		t.Errorf("the holder allocates in span %d, not in %d", holder.spanOf(b), span)
	}
	holder.mustAudit(t)
}

// The last block of a span that its owner believes full is freed, by anybody:
// the span goes back at once.
func TestLastFreeReleases(t *testing.T) {
	for freer := range 2 {
		hs, _ := newSmallHeap(t, 8, 2, 0)
		blocks := hs[0].fill(t, 17)
		used := hs[0].ctl.used.Load()
		hs[freer].mustFreeSmall(t, blocks[:16]...)
		if got := hs[0].ctl.used.Load(); got != used-1 {
			t.Errorf("freed by member %d: %d spans in use, want %d", freer, got, used-1)
		}
		hs[0].mustAudit(t)
	}
}

// An owner that believed many spans full finds the one to which a block came
// back, by its mail.
func TestMail(t *testing.T) {
	hs, _ := newSmallHeap(t, 200, 2, 0)
	blocks := hs[0].fill(t, 100*16)
	used := hs[0].ctl.used.Load()
	for _, i := range []int{3, 500, 1590} {
		hs[1].mustFreeSmall(t, blocks[i])
		if b := hs[0].mustAllocate(t, 4096); b.off != blocks[i].off {
			t.Errorf("the next block lies at %#x, the one that was freed at %#x", b.off, blocks[i].off)
		}
	}
	if got := hs[0].ctl.used.Load(); got != used {
		t.Errorf("%d spans in use, want %d", got, used)
	}
}

// The spans of a dead member serve who needs blocks of that class.
func TestAdoption(t *testing.T) {
	hs, _ := newSmallHeap(t, 8, 3, 0)
	dying, heir := hs[0], hs[1]
	dying.fill(t, 3)
	used := dying.ctl.used.Load()
	dying.kill()
	if err := hs[2].sweep(dying.self.ID()); err != nil {
		t.Fatal(err)
	}
	heir.fill(t, 13)
	if got := heir.ctl.used.Load(); got != used {
		t.Errorf("%d spans in use, want %d", got, used)
	}
	found, err := heir.orphans(nil, true)
	if err != nil || found.Blocks != 3 || found.Bytes != 3*4096 {
		t.Errorf("%+v, %v", found, err)
	}
	heir.mustAudit(t)
}

// A member dies between freeing a block and saying so, at each step of that. Its
// sweep says it.
func TestHintOfTheDead(t *testing.T) {
	for steps := range 3 {
		hs, _ := newSmallHeap(t, 8, 2, 0)
		owner, dying := hs[0], hs[1]
		blocks := owner.fill(t, 17)
		b := blocks[5]
		p, ok := dying.locate(b.gen, b.off)
		if !ok {
			t.Fatal("not found")
		}
		dying.small[p.first].blocks[p.slot.index()].Store(uint64(block(p.word).freed()))
		if steps > 0 {
			dying.small[p.first].hints[0].Or(1 << p.slot.index())
		}
		if steps > 1 {
			dying.spans[p.first].room.Store(roomMail)
		}
		dying.kill()
		if err := owner.sweep(dying.self.ID()); err != nil {
			t.Fatal(err)
		}
		owner.fill(t, 15)
		if got := owner.mustAllocate(t, 4096); got.off != b.off {
			t.Errorf("after %d steps: the next block lies at %#x, want %#x", steps, got.off, b.off)
		}
	}
}

// A record of a dead member of this slot is settled before it is written over.
func TestPredecessorsRecord(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 2, 0)
	dying, next := hs[0], hs[1]
	for _, arrived := range []bool{true, false} {
		home := next.mustAllocate(t, 64)
		c := classOf(100)
		m := &dying.magazines[c]
		p, err := dying.claimBlock(m, c, 100)
		if err != nil {
			t.Fatal(err)
		}
		ref := makeRef(p.off, p.now.gen())
		slot := next.self.ID().Slot() // as if it had had this one
		next.cells[slot].into[c].begin(home.off, ref)
		if arrived {
			next.atomicAt(home.off).Store(uint64(ref))
		}
		next.magazines[c].tidy = false
		next.recordFor(c, &next.magazines[c].tidy)
		if state := block(p.word.Load()).state(); (state == blockLive) != arrived || state == blockClaimed {
			t.Errorf("arrived %v: the block is in state %d", arrived, state)
		}
	}
}

// Generations go on when a span becomes something else, so an old array is never
// taken for a new one.
func TestGenerationsGoOn(t *testing.T) {
	hs, _ := newSmallHeap(t, 1, 1, 0)
	h := hs[0]
	var stale []smallBlock
	for round := range 20 {
		for range round + 1 {
			b := h.mustAllocate(t, 32768) // of two in a span, so that each comes back soon
			h.mustFreeSmall(t, b)
			stale = append(stale, b)
		}
		if _, err := h.trim(); err != nil {
			t.Fatal(err)
		}
		for _, n := range []uint64{spanSize, 64} {
			b := h.mustAllocate(t, n)
			h.mustFreeSmall(t, b)
			stale = append(stale, b)
			if _, err := h.trim(); err != nil {
				t.Fatal(err)
			}
		}
		live := h.mustAllocate(t, 32768)
		for _, b := range stale {
			if err := h.freeAny(b); !errors.Is(err, ErrBadFree) {
				t.Fatalf("round %d: free of %+v: %v", round, b, err)
			}
		}
		h.mustFreeSmall(t, live)
		stale = append(stale, live)
	}
}

// Who finds a reference in a word before its maker was swept, or has come to it,
// has the block; and the maker's sweep leaves it to him.
func TestSettledByItsReader(t *testing.T) {
	hs, _ := newSmallHeap(t, 8, 2, 0)
	maker, reader := hs[0], hs[1]
	c := classOf(100)
	p, err := maker.claimBlock(&maker.magazines[c], c, 100)
	if err != nil {
		t.Fatal(err)
	}
	g, err := maker.obtain(extentFor(100000))
	if err != nil {
		t.Fatal(err)
	}
	small, large := makeRef(p.off, p.now.gen()), makeRef(maker.offset(g.first), g.gen)
	for ref, bytes := range map[blockRef]uint64{small: 100, large: 100000} {
		if got, ok := reader.settle(ref); !ok || got.bytes != bytes {
			t.Errorf("a block of %d: %+v, %v", bytes, got, ok)
		}
	}
	maker.kill()
	if err := reader.sweep(maker.self.ID()); err != nil {
		t.Fatal(err)
	}
	if got := reader.totals(); got.bytes != 100100 {
		t.Errorf("%d bytes in use, want 100100", got.bytes)
	}
	reader.mustAudit(t)
}
