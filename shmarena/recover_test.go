package shmarena

import (
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// tear makes the first k stores of apply and reports whether those were all.
func (h *heap) tear(c *change, k int) (all bool) {
	r := &h.ctl.redo
	left := k
	step := func(f func()) {
		if left > 0 {
			f()
		}
		left--
	}
	for i, p := range c.pairs[:c.n] {
		step(func() { r.pairs[i].word.Store(p.word) })
		step(func() { r.pairs[i].value.Store(p.value) })
	}
	step(func() { r.count.Store(uint64(c.n)) })
	for _, p := range c.pairs[:c.n] {
		step(func() { h.word(p.word).Store(p.value) })
	}
	step(func() { r.count.Store(0) })
	return left >= 0
}

// A member dies after any store of any change of the heap, and so does the one
// that takes over: the third finds a sound heap, and the sweeps bring back
// what the dead were doing.
func TestTornChange(t *testing.T) {
	for _, op := range []string{"take", "give back"} {
		for k := 0; ; k++ {
			all := false
			t.Run(fmt.Sprint(op, " ", k), func(t *testing.T) { all = tornOnce(t, op, k) })
			if all || t.Failed() {
				break
			}
		}
	}
}

func tornOnce(t *testing.T, op string, k int) (all bool) {
	hs, p := newFakeHeap(t, 12, 3)
	dying, second, survivor := hs[0], hs[1], hs[2]
	kept := dying.mustAlloc(t, 2<<spanShift)
	victim := dying.mustAlloc(t, 3<<spanShift)
	other := dying.mustAlloc(t, 1<<spanShift)
	if err := dying.free(kept.first, kept.gen); err != nil {
		t.Fatal(err)
	}
	all = tearWhile(t, dying, op, victim, k)
	dying.kill() // holding the mutex

	replayOne(t, second)
	second.kill() // as well

	extra := survivor.mustAlloc(t, 1)
	for _, h := range []*heap{dying, second} {
		if err := survivor.sweep(h.self.ID()); err != nil {
			t.Fatal(err)
		}
	}
	survivor.mustAudit(t)
	if op == "take" {
		mustFreeBlock(t, survivor, victim)
	}
	mustFreeBlock(t, survivor, other)
	mustFreeBlock(t, survivor, extra)
	mustFreeBlock(t, survivor, survivor.mustAlloc(t, 12<<spanShift))
	survivor.mustAudit(t)
	if n := p.count(); n != 0 {
		t.Errorf("%d pages reserved in an empty heap", n)
	}
	if a, f := survivor.ctl.alloc.Load(), survivor.ctl.freed.Load(); a != f {
		t.Errorf("%d allocs, %d frees", a, f)
	}
	return all
}

// tearWhile has a member take the mutex and make the first k stores of a change.
func tearWhile(t *testing.T, h *heap, op string, victim fakeBlock, k int) (all bool) {
	t.Helper()
	if err := h.lock(); err != nil {
		t.Fatal(err)
	}
	if op == "take" {
		from, _, err := h.find(4)
		if err != nil || from.n == 0 {
			t.Fatal(from, err)
		}
		gen := h.ctrlOf(from.first).nextGen()
		return h.tear(h.taking(from, extentFor(4<<spanShift-5), gen), k)
	}
	r := run{victim.first, victim.spans}
	h.claim(r.first, h.ctrlOf(r.first))
	merged, err := h.merge(r)
	if err != nil {
		t.Fatal(err)
	}
	return h.tear(h.freeing(r, merged, h.extOf(r.first), true), k)
}

// replayOne takes the mutex from the dead and makes the first store of a record
// that is there.
func replayOne(t *testing.T, h *heap) {
	t.Helper()
	if held, err := h.ctl.mu.TryLock(h.self); !held || err != futex.ErrOwnerDied {
		t.Fatal(held, err)
	}
	if h.ctl.redo.count.Load() > 0 {
		p := &h.ctl.redo.pairs[0]
		h.word(p.word.Load()).Store(p.value.Load())
	}
}

func mustFreeBlock(t *testing.T, h *heap, b fakeBlock) {
	t.Helper()
	if err := h.free(b.first, b.gen); err != nil {
		t.Fatal(err)
	}
}

// Several survivors sweep the same dead member at once; each run is given back
// once.
func TestSweepRace(t *testing.T) {
	hs, p := newFakeHeap(t, 64, 4)
	dying := hs[0]
	for i := range 20 {
		g, err := dying.take(extentFor(uint64(i%3+1) << spanShift))
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			continue // COMMITTING
		}
		c := makeCtrl(stateLarge, dying.self.ID(), g.gen)
		dying.spans[g.first].ctrl.Store(uint64(c))
		dying.claim(g.first, c) // PUNCHING
	}
	dying.kill()
	done := make(chan error)
	for _, h := range hs[1:] {
		go func() { done <- h.sweep(dying.self.ID()) }()
	}
	for range hs[1:] {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	hs[1].mustAudit(t)
	if used := hs[1].ctl.used.Load(); used != 0 || p.count() != 0 {
		t.Errorf("%d spans in use, %d pages reserved", used, p.count())
	}
}
