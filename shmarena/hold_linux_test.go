package shmarena

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// The table is bounded, and is whole after.
func TestHoldsFull(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 1)
	var all []Ref[int64]
	for {
		r, err := x.Retain()
		if errors.Is(err, ErrFull) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if len(all) != holdEntries || x.Refs() != holdEntries {
		t.Errorf("%d references", len(all))
	}
	if err := x.Freeze(); !errors.Is(err, ErrFull) {
		t.Errorf("Freeze without room: %v", err)
	}
	for i, r := range all {
		if err := r.Release(); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	mustBeFree(t, a)
}

// Retain, Release, Snapshot and Free of one array race: it is freed once, and
// never while somebody has it.
func TestHoldRace(t *testing.T) {
	a := newArena(t, 4<<20)
	rounds := 300
	if stress() {
		rounds = 20_000
	}
	for range rounds {
		x := mustAlloc[int64](t, a, 8)
		first := mustRetain(t, x)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { holdOnce(t, x) })
		}
		all.Go(func() {
			if err := first.Release(); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if !errors.Is(x.Check(), ErrFreed) {
			t.Fatal("never freed")
		}
	}
	mustBeFree(t, a)
}

// A hold that comes after a Free has begun fails; a Free that comes after the hold
// is undone, also where its first look missed the hold, and by who sweeps it.
func TestHoldMeetsFree(t *testing.T) {
	a := newArena(t, 1<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 20000)
	first, _ := h.index(x.off)
	b := blockID{x.off, x.gen()}
	if !h.claim(first, h.ctrlOf(first)) {
		t.Fatal("cannot claim")
	}
	if _, _, err := h.holds.take(holdRef, b, func() bool { return true }); !errors.Is(err, ErrFreed) {
		t.Errorf("a hold on a block that is being freed: %v", err)
	}
	if err := h.giveBack(first, true); err != nil {
		t.Fatal(err)
	}
	y := mustAlloc[int64](t, a, 20000)
	first, _ = h.index(y.off)
	r := mustRetain(t, y)
	for name, finish := range map[string]func(now ctrl) error{
		"free":  func(now ctrl) error { return h.decide(first, now, 0) },
		"sweep": func(ctrl) error { return errors.Join(h.sweep(a.Member().ID()), ErrHeld) },
	} {
		if err := finish(beginFree(t, h, first)); !errors.Is(err, ErrHeld) || strings.Contains(err.Error(), "corrupt") || y.Check() != nil {
			t.Errorf("%s of a held block: %v, %v", name, err, y.Check())
		}
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
	mustBeFree(t, a)
}

// The last reference goes while somebody who would free the block has it claimed and
// is about to take that back: the release waits for that and frees it.
func TestLastReferenceMeetsFree(t *testing.T) {
	a := newArena(t, 1<<20)
	h := a.at.heap
	x := mustAlloc[int64](t, a, 20000)
	first, _ := h.index(x.off)
	r := mustRetain(t, x)
	now := beginFree(t, h, first)
	released := make(chan error)
	go func() {
		released <- r.Release()
	}()
	for h.holds.count(blockID{x.off, x.gen()}, refs) > 0 { // until it is on its way
		runtime.Gosched()
	}
	back := now.as(stateLarge, a.Member().ID())
	if !h.spans[first].ctrl.CompareAndSwap(uint64(now), uint64(back)) {
		t.Fatal("cannot take it back")
	}
	if err := <-released; err != nil {
		t.Error(err)
	}
	mustBeFree(t, a)
}

// beginFree makes a block FREEING, as the first half of a Free does.
func beginFree(t *testing.T, h *heap, first uint64) ctrl {
	t.Helper()
	old := h.ctrlOf(first)
	now := old.as(stateFreeing, h.self.ID())
	if old.state() != stateLarge || !h.spans[first].ctrl.CompareAndSwap(uint64(old), uint64(now)) {
		t.Fatalf("cannot free %v", old.state())
	}
	return now
}

// A Free that is refused does not disturb those who use the array.
func TestRefusedFreeIsUnseen(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 8)
	r := mustRetain(t, x)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50000 {
			if err := x.Free(); !errors.Is(err, ErrHeld) {
				t.Error(err)
				return
			}
		}
	}()
	for {
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			if err := r.Release(); err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// holdOnce holds an array if it still can.
func holdOnce(t *testing.T, x Array[int64]) {
	r, err := x.Retain()
	if errors.Is(err, ErrFreed) {
		return
	}
	if err != nil || x.Check() != nil {
		t.Errorf("retained: %v, %v", err, x.Check())
		return
	}
	if err := x.Free(); !errors.Is(err, ErrHeld) {
		t.Errorf("Free of a referenced array: %v", err)
	}
	if err := r.Release(); err != nil {
		t.Error(err)
	}
}
