package shmarena

import (
	"errors"
	"sync"
	"testing"
)

func (h *heap) wordAtBlock(b smallBlock) block {
	w, _, _ := h.smallAt(b.off)
	return block(w.Load())
}

// While a block is cleared it is CLAIMED: whoever dies then has not got it, and it is
// free with his sweep, as no Array has ever named it.
func TestDeadWhileItClears(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 2, 0)
	h, other := hs[0], hs[1]
	b := h.fill(t, 2)[0] // the other one keeps the span
	h.mustFreeSmall(t, b)
	whole := h.region
	h.region = h.region[: b.off+100 : b.off+100] // as if the rest were gone
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the block was cleared without its memory")
			}
		}()
		_, _, _ = h.allocate(4096, defaultAlign)
	}()
	h.region = whole
	if got := h.wordAtBlock(b); got.state() != blockClaimed || got.maker() != h.maker {
		t.Errorf("while it is cleared the block is %#x", uint64(got))
	}
	if h.magazines[classOf(4096)].mu.TryLock() {
		t.Error("while it clears the block its maker does not have the magazine")
	}
	h.kill()
	if err := other.sweep(h.self.ID()); err != nil {
		t.Fatal(err)
	}
	if got := other.wordAtBlock(b); got.state() != blockFree || got.gen() != b.gen+1 {
		t.Errorf("after the sweep the block is %#x", uint64(got))
	}
}

// After shut nothing is allocated.
func TestAllocAfterShut(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 1, 0)
	h := hs[0]
	h.mustAllocate(t, 64)
	if !h.shut(func() bool { return true }) {
		t.Fatal("busy")
	}
	if _, _, err := h.allocate(64, defaultAlign); !errors.Is(err, ErrClosed) {
		t.Errorf("alloc after shut: %v", err)
	}
}

// A claim in a span that was taken away meanwhile is taken back, and its hint given to
// the new owner, who may have looked at the block while it was claimed.
func TestClaimTakenBack(t *testing.T) {
	hs, _ := newSmallHeap(t, 4, 2, 0)
	owner, taker := hs[0], hs[1]
	first := owner.mustAllocate(t, 4096)
	next := smallBlock{off: first.off + 4096, bytes: 4096, gen: first.gen}
	span := owner.spanOf(first)
	owner.spans[span].ctrl.Store(uint64(owner.ctrlOf(span).as(stateSmall, taker.self.ID())))
	if owner.hinted(next) {
		t.Fatal("the magazine has not taken the hint")
	}
	if b := owner.mustAllocate(t, 4096); owner.spanOf(b) == span {
		t.Errorf("allocated at %#x, in a span that was taken away", b.off)
	}
	if got := owner.wordAtBlock(next); got.state() != blockFree || !owner.hinted(next) {
		t.Errorf("the block that was claimed is %#x, hint: %v", uint64(got), owner.hinted(next))
	}
}

// Two with the same hints, as there may be after a span went from one to the other,
// never get the same block.
func TestHintsOfTwo(t *testing.T) {
	const rounds = 20_000
	hs, _ := newSmallHeap(t, 4, 2, 0)
	c := classOf(4096)
	span := hs[0].spanOf(hs[0].fill(t, 1)[0])
	now := hs[0].ctrlOf(span)
	for range rounds {
		for i := range classes[c].count {
			w := &hs[0].small[span].blocks[i]
			w.Store(uint64(makeBlock(blockFree, 0, 0, now.gen())))
		}
		var got [2][]claimed
		var start, done sync.WaitGroup
		start.Add(2)
		for k, h := range hs[:2] {
			m := &magazine{}
			m.use(span, now)
			m.hints = classes[c].hintMask(0)
			done.Go(func() {
				start.Done()
				start.Wait()
				for m.hints != 0 {
					if p, ok := h.claimNext(m, c, 4096); ok {
						got[k] = append(got[k], p)
					}
				}
			})
		}
		done.Wait()
		if n := len(got[0]) + len(got[1]); n != int(classes[c].count) {
			t.Fatalf("%d blocks were claimed %d times", classes[c].count, n)
		}
	}
}

// A member that leaves gives back the spans that are empty, and what is free in the
// others is found by members who had looked for such spans in vain.
func TestLeftBehind(t *testing.T) {
	hs, _ := newSmallHeap(t, 8, 2, 0)
	leaver, heir := hs[0], hs[1]
	leaver.mustFreeSmall(t, leaver.mustAllocate(t, 64))
	kept := leaver.fill(t, 2)
	leaver.mustFreeSmall(t, kept[0])
	heir.fill(t, 16)
	before := heir.ctl.used.Load()
	leaver.retireMagazines()
	leaver.kill()
	if got := heir.ctl.used.Load(); got != before-1 {
		t.Errorf("%d spans in use after a member left, of %d before with one empty", got, before)
	}
	for range 15 {
		if b := heir.mustAllocate(t, 4096); heir.spanOf(b) != heir.spanOf(kept[1]) {
			t.Fatalf("the next block lies in span %d, and span %d has room", heir.spanOf(b), heir.spanOf(kept[1]))
		}
	}
	heir.mustAudit(t)
}

// After its owner has left, the one who frees the last block of a span gives it back.
func TestLastFreeAfterItsOwnerLeft(t *testing.T) {
	hs, _ := newSmallHeap(t, 8, 2, 0)
	leaver, other := hs[0], hs[1]
	blocks := leaver.fill(t, 2)
	leaver.retireMagazines()
	leaver.kill()
	other.mustFreeSmall(t, blocks...)
	if got := other.ctl.used.Load(); got != 0 {
		t.Errorf("%d spans in use without a block", got)
	}
	other.mustAudit(t)
}

// One bit of mail may be about two spans: both are found.
func TestMailAboutTwo(t *testing.T) {
	hs, _ := newSmallHeap(t, 200, 2, 0)
	h := hs[0]
	blocks := h.fill(t, 10*16)
	used := h.ctl.used.Load()
	if h.mailGroup() < 2 {
		t.Fatal("a bit for each span")
	}
	h.mustFreeSmall(t, blocks[0], blocks[16])
	h.fill(t, 2)
	if got := h.ctl.used.Load(); got != used {
		t.Errorf("%d spans in use, and two had room of %d", got, used)
	}
}
