package shmarena

import (
	"errors"
	"strings"
	"testing"
)

// offsets are aligned as asked, small blocks and large ones.
func TestAligned(t *testing.T) {
	a := newArena(t, 8<<20)
	for align := 8; align <= MaxAlign; align *= 2 {
		for _, n := range []int{1, 100, 5000, 40000} {
			x, err := AllocAligned[byte](a, n, align)
			if err != nil {
				t.Fatal(err)
			}
			if x.off%uint64(align) != 0 || addr(x.Slice())%uintptr(align) != 0 {
				t.Errorf("%d bytes aligned to %d lie at %#x, offset %#x", n, align, addr(x.Slice()), x.off)
			}
			y := mustAlloc[byte](t, a, n) // so that the next one does not lie where it must anyway
			defer mustFree(t, x)
			defer mustFree(t, y)
		}
	}
	for _, align := range []int{0, -8, 3, 48, MaxAlign + 1, 2 * MaxAlign} {
		if _, err := AllocAligned[byte](a, 1, align); !errors.Is(err, ErrArgument) {
			t.Errorf("alignment %d: %v", align, err)
		}
	}
	if _, err := AllocAligned[byte](a, 0, 64); !errors.Is(err, ErrArgument) {
		t.Errorf("no elements: %v", err)
	}
}

// a write past the end of a block is found by Verify, and when it is freed.
func TestOverrun(t *testing.T) {
	a := createFor(t, Options{Size: 1 << 20, Checked: true})
	for _, n := range []int{1, 48, 64, 100, 4096, 32768, 40000, spanSize, 2*spanSize - 1} {
		x := mustAlloc[byte](t, a, n)
		for i := range x.Slice() {
			x.Slice()[i] = 0xff
		}
		if err := a.Verify(); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		for _, past := range []uint64{0, 7, guardSize - 1} {
			b := &a.at.region[x.off+uint64(n)+past]
			old := *b
			*b = 0xff
			if err := a.Verify(); !errors.Is(err, ErrOverrun) {
				t.Errorf("byte %d after %d: Verify: %v", past, n, err)
			}
			if err := x.Free(); !errors.Is(err, ErrOverrun) {
				t.Errorf("byte %d after %d: Free: %v", past, n, err)
			}
			*b = old
		}
		mustFree(t, x)
	}
}

// Close says which blocks were not freed, and who allocated them.
func TestLeaks(t *testing.T) {
	a, err := Create(Options{Size: 1 << 20, Checked: true})
	if err != nil {
		t.Fatal(err)
	}
	mustFree(t, mustAlloc[byte](t, a, 100))
	small, large := leaky(t, a, 100), leaky(t, a, 100000)
	err = a.Close()
	var leak *LeakError
	if !errors.Is(err, ErrLeak) || !errors.As(err, &leak) || len(leak.Leaks) != 2 {
		t.Fatalf("Close: %v", err)
	}
	for i, x := range []Array[byte]{small, large} {
		found := false
		for _, l := range leak.Leaks {
			found = found || l.Offset == x.off && l.Bytes == int64(x.n) && strings.Contains(l.Stack, "shmarena.leaky")
		}
		if !found {
			t.Errorf("leak %d is not in %v", i, err)
		}
	}
	if err := a.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

//go:noinline
func leaky(t *testing.T, a *Arena, n int) Array[byte] { return mustAlloc[byte](t, a, n) }

// A checked arena whose blocks are all freed closes without a word.
func TestNoLeaks(t *testing.T) {
	a, err := Create(Options{Size: 1 << 20, Checked: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		x, y := mustAlloc[byte](t, a, 100), mustAlloc[int64](t, a, 100000/8)
		mustFree(t, x)
		mustFree(t, y)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestTrim(t *testing.T) {
	a := createFor(t, Options{Size: 8 << 20, Keep: 1 << 20})
	empty := held(t, a)
	mustFree(t, mustAlloc[byte](t, a, 1<<20))
	if s := a.Stats(); s.Warm != 1<<20 || s.InUse != 0 || s.Reserved != 0 || held(t, a)-empty != 1<<20 {
		t.Errorf("%+v, %d bytes held", s, held(t, a)-empty)
	}
	if n, err := a.Trim(); n != 1<<20 || err != nil {
		t.Errorf("Trim: %d, %v", n, err)
	}
	if n, err := a.Trim(); n != 0 || err != nil || held(t, a) != empty {
		t.Errorf("second Trim: %d, %v; %d bytes held", n, err, held(t, a)-empty)
	}
	none := createFor(t, Options{Size: 8 << 20, Keep: KeepNothing})
	mustFree(t, mustAlloc[byte](t, none, 1<<20))
	if s := none.Stats(); s.Warm != 0 || s.Reserved != 0 {
		t.Errorf("with KeepNothing: %+v", s)
	}
	if err := (Options{Size: 1, Keep: -2}).Validate(); !errors.Is(err, ErrArgument) {
		t.Errorf("Keep -2: %v", err)
	}
}

func TestClassStats(t *testing.T) {
	a := newArena(t, 1<<20)
	for range 20 {
		mustAlloc[byte](t, a, 4000)
	}
	mustAlloc[byte](t, a, 1)
	want := []ClassStats{
		{Size: 64, Spans: 1, Blocks: 1, Capacity: tableBlocks, InUse: 1},
		{Size: 4096, Spans: 2, Blocks: 20, Capacity: 32, InUse: 80000},
	}
	got := a.Classes()
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// A word outside the arena is misuse.
func TestIntoElsewhere(t *testing.T) {
	a := newArena(t, 1<<20)
	b := newArena(t, 1<<20)
	w := mustAlloc[uint64](t, b, 1)
	mustPanic(t, panicNoWord, func() { _, _ = a.allocInto(8, b.at.heap.atomicAt(w.off)) })
	if s := a.Stats(); s.InUse != 0 {
		t.Errorf("%+v", s)
	}
	word := b.at.heap.atomicAt(w.off)
	for _, n := range []int64{0, -1, 1 << 40} {
		if _, err := b.allocInto(n, word); !errors.Is(err, ErrArgument) && !errors.Is(err, ErrNoSpace) || word.Load() != 0 {
			t.Errorf("allocInto %d: %v, word %#x", n, err, word.Load())
		}
	}
	if err := b.freeRef(word); err != nil {
		t.Errorf("freeRef of none: %v", err)
	}
}
