package shmarena

import (
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// a process that has only attached, and is killed, takes nothing with it: the
// name stays, for a Sweep too, and so do the blocks, whoever else lives.
func TestDeadVisitor(t *testing.T) {
	a := named(t, "visited", 1<<20)
	x := mustAlloc[int64](t, a, 100)
	for i := range x.Slice() {
		x.Slice()[i] = int64(i)
	}
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	visit := func() *reexec.Proc {
		p := reexec.Start(t, peer, reexec.Options{Args: []string{a.Name()}})
		p.Expect("attached")
		p.Say("check")
		p.Expect("right")
		return p
	}
	visit().Kill()
	if _, err := Sweep(); err != nil || !exists(a.Name()) || a.Verify() != nil {
		t.Errorf("after a visitor's death: %v, the name is there: %v", err, exists(a.Name()))
	}
	p := visit() // the others find everything
	p.Say("close")
	p.Expect("closed")
	p.Say("end")
	p.Wait()
	if n, err := a.Reap(); n != 0 || err != nil || a.Stats().Members != 1 {
		t.Errorf("%d members were left dead, %v; %+v", n, err, a.Stats())
	}
	mustFree(t, x)
}

// flips alternates a word between all zeros and all ones until it is told to end.
var flips = reexec.Register("flips", func(c *reexec.Child) {
	w, err := Lookup[atomic.Uint64](childArena(c), "w")
	if err != nil {
		c.Fatalf("%v", err)
	}
	word, end := &w.Slice()[0], &w.Slice()[8]
	for v := uint64(0); end.Load() == 0; v = ^v {
		word.Store(v)
	}
})

// a word of 64 bits that another process writes is seen whole.
func TestWordsAreWhole(t *testing.T) {
	a := named(t, "words", 1<<20)
	w := mustAlloc[atomic.Uint64](t, a, 16)
	if err := a.Publish("w", w); err != nil {
		t.Fatal(err)
	}
	p := reexec.Start(t, flips, reexec.Options{Args: []string{a.Name()}})
	word := &w.Slice()[0]
	seen := map[uint64]int{}
	for len(seen) < 2 || seen[0]+seen[math.MaxUint64] < 1_000_000 {
		v := word.Load()
		if seen[v]++; v != 0 && v != math.MaxUint64 {
			t.Errorf("a word of 0 or all ones is %#x", v)
			break
		}
	}
	w.Slice()[8].Store(1)
	p.Wait()
	mustFree(t, w)
}

// an Array that is none, whatever its numbers, is refused by all that could
// go where it points.
func TestImpossibleArrays(t *testing.T) {
	a := newArena(t, 1<<20)
	small, large := mustAlloc[int64](t, a, 8), mustAlloc[int64](t, a, 10000)
	for _, x := range []Array[int64]{small, large} {
		for what, bad := range map[string]Array[int64]{
			"nowhere":               {id: x.id, off: 0, n: 8},
			"at the header":         {id: x.id, off: 8, n: 8},
			"misaligned":            {id: x.id, off: x.off + 4, n: 8},
			"inside":                {id: x.id, off: x.off + 64, n: 8},
			"before":                {id: x.id, off: x.off - 64, n: x.n},
			"at the end":            {id: x.id, off: a.at.geo.size, n: 8},
			"at 2^63":               {id: x.id, off: 1 << 63, n: 8},
			"that wraps":            {id: x.id, off: x.off, n: 1<<61 + x.n},
			"to the end of time":    {id: x.id, off: x.off, n: math.MaxUint64},
			"off+len that wraps":    {id: x.id, off: math.MaxUint64 - 63, n: 8},
			"one longer":            {id: x.id, off: x.off, n: x.n + 1},
			"one shorter":           {id: x.id, off: x.off, n: x.n - 1},
			"of no length":          {id: x.id, off: x.off, n: 0},
			"of the next life":      {id: x.id + 1<<32, off: x.off, n: x.n},
			"of no life":            {id: arrayID(x.arena()), off: x.off, n: x.n},
			"of an impossible life": {id: arrayID(x.arena()) | 1<<62, off: x.off, n: x.n},
			"of a life beyond":      {id: x.id | 1<<63, off: x.off, n: x.n},
		} {
			if err := bad.Check(); !errors.Is(err, ErrFreed) {
				t.Errorf("Check of an array %s: %v", what, err)
			}
			if err := bad.With(func([]int64) error { return nil }); !errors.Is(err, ErrFreed) {
				t.Errorf("With of an array %s: %v", what, err)
			}
			if err := bad.Free(); !errors.Is(err, ErrBadFree) {
				t.Errorf("Free of an array %s: %v", what, err)
			}
			mustPanic(t, panicFreed, func() { bad.Slice() })
		}
	}
	mustFree(t, small)
	mustFree(t, large)
	mustBeFree(t, a)
}
