package shmarena

import (
	"errors"
	"sync"
	"testing"
)

// mustLocate finds the block of an array.
func mustLocate[T any](t *testing.T, x Array[T]) place {
	t.Helper()
	at := attached(x.arena())
	p, ok := at.heap.locate(x.gen(), x.off)
	if !ok {
		t.Fatal("no block")
	}
	return p
}

// Small blocks share their pages: freezing one keeps it from being freed and
// leaves the others as they are, and a snapshot is a copy.
func TestFreezeSmall(t *testing.T) {
	a := newArena(t, 1<<20)
	x, y := mustAlloc[int64](t, a, 8), mustAlloc[int64](t, a, 8)
	mustFreeze(t, x)
	mustFreeze(t, x)
	y.Slice()[0] = 1
	if err := x.Free(); !errors.Is(err, ErrHeld) || !x.Frozen() || y.Frozen() || x.Check() != nil {
		t.Errorf("Free of a frozen array: %v", err)
	}
	s, err := x.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.Slice()[0] = 5
	if n, err := s.Copied(); n != 64 || err != nil || x.Slice()[0] != 0 {
		t.Errorf("%d bytes copied, %v", n, err)
	}
	if err := errors.Join(x.Thaw(), s.Close()); err != nil {
		t.Error(err)
	}
	if err := x.Thaw(); !errors.Is(err, ErrArgument) || x.Frozen() {
		t.Errorf("Thaw again: %v", err)
	}
	mustFree(t, x)
	mustFree(t, y)
	mustNotBeHeld(t, x)
	mustBeFree(t, a)
}

// A hold that comes between the look of a Free and its step is seen; one that
// comes after it fails; and nothing is left of either.
func TestHoldMeetsSmallFree(t *testing.T) {
	a := newArena(t, 1<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 8)
	live := mustLocate(t, x)
	r := mustRetain(t, x)
	if s := block(mustLocate(t, x).word).state(); s != blockPinned {
		t.Fatalf("a held block has state %d", s)
	}
	for name, p := range map[string]place{"found before": live, "found after": mustLocate(t, x)} {
		if err := h.freePlace(p); !errors.Is(err, ErrHeld) || x.Check() != nil {
			t.Errorf("Free of a held block that it had %s: %v", name, err)
		}
	}
	if err := r.Release(); err != nil || !errors.Is(x.Check(), ErrFreed) {
		t.Errorf("the last reference: %v", err)
	}
	if err := h.freePlace(live); !errors.Is(err, ErrBadFree) {
		t.Errorf("Free again: %v", err)
	}
	if _, _, err := h.holds.take(holdRef, blockID{x.off, x.gen()}, func() bool { return true }); !errors.Is(err, ErrFreed) {
		t.Errorf("a hold on a freed block: %v", err)
	}
	y := mustAlloc[int64](t, a, 8)
	mustFreeze(t, y)
	if err := y.Thaw(); err != nil { // it stays PINNED
		t.Error(err)
	}
	mustFree(t, y)
	mustBeFree(t, a)
}

// A hold that was written, but whose block is not PINNED yet, does not keep the
// block, and is taken back.
func TestUnpinnedHold(t *testing.T) {
	a := newArena(t, 1<<20)
	hs := a.at.heap.holds
	x := mustAlloc[int64](t, a, 8)
	_, ok, err := hs.take(holdRef, blockID{x.off, x.gen()}, func() bool {
		mustFree(t, x) // a LIVE block: without the mutex, which this one has
		return true
	})
	if ok || !errors.Is(err, ErrFreed) {
		t.Errorf("a hold on a block that was freed meanwhile: %v, %v", ok, err)
	}
	mustBeFree(t, a)
}

// Of many that free a block that was held, one does.
func TestFreePinnedOnce(t *testing.T) {
	a := newArena(t, 1<<20)
	for range 200 {
		x := mustAlloc[int64](t, a, 8)
		mustFreeze(t, x)
		if err := x.Thaw(); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		freed := make(chan error, 4)
		for range cap(freed) {
			all.Go(func() { freed <- x.Free() })
		}
		all.Wait()
		done := 0
		for range cap(freed) {
			if err := <-freed; err == nil {
				done++
			} else if !errors.Is(err, ErrBadFree) {
				t.Error(err)
			}
		}
		if done != 1 {
			t.Fatalf("freed %d times", done)
		}
	}
	mustBeFree(t, a)
}

// Nothing that is held is moved or cut, orphaned or leaked.
func TestHeldStays(t *testing.T) {
	for _, n := range []int{8, 10000} {
		a := newArena(t, 4<<20)
		x := mustAlloc[int64](t, a, n)
		r := mustRetain(t, x)
		for _, to := range []int{n - 1, n + 1, 3 * n} {
			if _, err := x.Resize(to); !errors.Is(err, ErrHeld) || x.Check() != nil {
				t.Errorf("Resize from %d to %d: %v", n, to, err)
			}
		}
		a.at.heap.roster = func() map[uint64]bool { return nil } // as if all were dead
		if found, err := a.Orphans(); found.Blocks != 0 || err != nil {
			t.Errorf("orphans %+v, %v", found, err)
		}
		if found, err := a.FreeOrphans(); found.Blocks != 0 || err != nil || x.Check() != nil {
			t.Errorf("orphans %+v, %v", found, err)
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
		mustBeFree(t, a)
	}
}

// In a checked arena a block that was written past its end stays when its last
// reference goes, and nothing waits for it.
func TestOverrunReferenced(t *testing.T) {
	a := createFor(t, Options{Size: 1 << 20, Checked: true})
	x := mustAlloc[byte](t, a, 100)
	r := mustRetain(t, x)
	end := &a.at.region[x.off+100]
	*end ^= 1
	if err := r.Release(); !errors.Is(err, ErrOverrun) || x.Refs() != 0 || x.Check() != nil {
		t.Errorf("Release: %v, %d references, %v", err, x.Refs(), x.Check())
	}
	*end ^= 1
	mustFree(t, x)
	mustBeFree(t, a)
}

// A freed block that may be kept warm is not, as long as it is held.
func TestHeldIsNotWarm(t *testing.T) {
	a := newArena(t, 4<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 10000)
	x.Slice()[9999] = 7
	first, _ := h.index(x.off)
	r := mustRetain(t, x)
	if err := h.decide(first, beginFree(t, h, first), a.Member().ID()); !errors.Is(err, ErrHeld) {
		t.Errorf("Free: %v", err)
	}
	if s := a.Stats(); s.Warm != 0 || x.Check() != nil || x.Slice()[9999] != 7 {
		t.Errorf("%+v, %v", s, x.Check())
	}
	if err := r.Release(); err != nil {
		t.Fatal(err)
	}
	if s := a.Stats(); s.Warm == 0 || s.Reserved != 0 {
		t.Errorf("not kept warm: %+v", s)
	}
	mustBeFree(t, a)
}

// FREEING by a dead member is decided by who sweeps it; what was PUNCHING was
// decided, and is not looked at: its bytes may be gone.
func TestSweepOfFreeing(t *testing.T) {
	hs, _ := newFakeHeap(t, 16, 2)
	me, it := hs[0], hs[1]
	b := it.mustAlloc(t, 3*spanSize)
	beginFree(t, it, b.first)
	it.kill()
	if err := me.audit(); err != nil {
		t.Error(err)
	}
	if err := me.sweep(it.self.ID()); err != nil {
		t.Fatal(err)
	}
	if s := me.ctrlOf(b.first).state(); s != stateFree {
		t.Errorf("%v after the sweep", s)
	}
	me.mustAudit(t)

	a := newArena(t, 4<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 10000)
	first, _ := h.index(x.off)
	r := mustRetain(t, x)
	if !h.claim(first, h.ctrlOf(first)) {
		t.Fatal("cannot claim")
	}
	if err := h.sweep(a.Member().ID()); err != nil || x.Check() == nil {
		t.Errorf("sweep: %v; a block that was PUNCHING is there again: %v", err, x.Check() == nil)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	mustBeFree(t, a)
}
