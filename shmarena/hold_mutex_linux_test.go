package shmarena

import (
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
