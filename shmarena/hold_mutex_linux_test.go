package shmarena

import (
	"errors"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// asked is a member that tells when it is asked whether another lives.
type asked struct {
	futex.Member
	tell func()
}

func (m asked) Alive(id futex.ID) bool {
	m.tell()
	return m.Member.Alive(id)
}

// Whoever frees a small block that may be held keeps new holds away while he looks:
// a hold taken between his look and his step would be one on a block that is free.
func TestNoHoldDuringTheLook(t *testing.T) {
	a := newArena(t, 1<<20)
	hs := a.at.heap.holds
	x := mustAlloc[int64](t, a, 8)
	b := blockID{x.off, x.gen()}
	if err := x.Freeze(); err != nil {
		t.Fatal(err)
	}
	if err := x.Thaw(); err != nil { // free to go, and PINNED
		t.Fatal(err)
	}
	// The hold of a dead member has him ask, in the middle of the look.
	e := &hs.t.holds[hs.top()]
	e.off.Store(b.off)
	e.gen.Store(uint64(b.gen))
	e.word.Store(uint64(makeHold(holdRef, futex.MakeID(3, 77), 1)))
	hs.t.top.Add(1)
	looked, held := false, false
	was := hs.self
	hs.self = asked{was, func() {
		hs.self, looked = was, true
		if !hs.mu.local.TryLock() {
			return // nobody can hold anything now
		}
		hs.mu.local.Unlock()
		_, held, _ = hs.take(holdRef, b, func() bool { return true })
	}}
	err := x.Free()
	if !looked {
		t.Error("nobody looked")
	}
	if held && err == nil {
		t.Error("a block was freed that has been held before")
	}
	if err != nil {
		t.Error(err)
	}
	e.word.Store(0)
}

// A block that somebody has freed during the look, without the mutex, is not freed again.
func TestFreedDuringTheLook(t *testing.T) {
	a := newArena(t, 1<<20)
	h, hs := a.at.heap, a.at.heap.holds
	x := mustAlloc[int64](t, a, 8)
	b := blockID{x.off, x.gen()}
	ok(t, errors.Join(x.Freeze(), x.Thaw()))
	e := &hs.t.holds[hs.top()]
	e.off.Store(b.off)
	e.gen.Store(uint64(b.gen))
	e.word.Store(uint64(makeHold(holdRef, futex.MakeID(3, 77), 1)))
	hs.t.top.Add(1)
	looked, was := false, hs.self
	hs.self = asked{was, func() {
		hs.self, looked = was, true
		w, _, _ := h.smallAt(x.off)
		w.Store(uint64(block(w.Load()).freed()))
	}}
	if err := x.Free(); !errors.Is(err, ErrBadFree) || !looked {
		t.Errorf("Free of a block that was freed during the look: %v", err)
	}
	e.word.Store(0)
}
