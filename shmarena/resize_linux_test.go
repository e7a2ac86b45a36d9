package shmarena

import (
	"errors"
	"math"
	"testing"
)

// the first elements stay, the rest is zero, old arrays are refused.
func TestResize(t *testing.T) {
	for _, checked := range []bool{false, true} {
		a := createFor(t, Options{Size: 4 << 20, Checked: checked})
		x := mustAlloc[uint64](t, a, 3)
		was := x.Len()
		for i := range x.Slice() {
			x.Slice()[i] = uint64(i) + 1
		}
		for _, n := range []int{4, 2, 8, 9, 500, 512, 513, 4096, 5000, 9000, 8193, 20000, 20001, 8000, 7000, 100, 1} {
			y, err := x.Resize(n)
			if err != nil {
				t.Fatalf("%d to %d: %v", was, n, err)
			}
			if err := x.Check(); n != was && !errors.Is(err, ErrFreed) {
				t.Errorf("%d to %d: Check of the old one: %v", was, n, err)
			}
			checkResized(t, y, was)
			x, was = y, n
			if err := a.Verify(); err != nil {
				t.Fatal(err)
			}
			if s := a.Stats(); s.InUse != int64(8*n) || s.Allocs-s.Frees != 1 {
				t.Errorf("%d elements: %+v", n, s)
			}
		}
		mustFree(t, x)
	}
}

// checkResized looks at an array of which the first elements are to be 1, 2, 3 and
// so on, and makes all of them so.
func checkResized(t *testing.T, y Array[uint64], was int) {
	t.Helper()
	for i, v := range y.Slice() {
		want := uint64(i) + 1
		if i >= was {
			want = 0
		}
		if v != want {
			t.Fatalf("%d to %d: element %d is %d, not %d", was, y.Len(), i, v, want)
		}
		y.Slice()[i] = uint64(i) + 1
	}
}

// What fits stays where it is.
func TestResizeInPlace(t *testing.T) {
	a := newArena(t, 4<<20)
	for _, c := range [][2]int{{100, 120}, {120, 100}, {400000, 450000}, {450000, 400000}} {
		x := mustAlloc[byte](t, a, c[0])
		y, err := x.Resize(c[1])
		if err != nil || y.off != x.off {
			t.Errorf("%d to %d: from %#x to %#x, %v", c[0], c[1], x.off, y.off, err)
		}
		mustFree(t, y)
	}
}

// A resize that cannot be leaves the old array as it was.
func TestResizeFails(t *testing.T) {
	a := newArena(t, 1<<20)
	x, err := CopyIn(a, []uint64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	before := a.Stats()
	for n, want := range map[int]error{0: ErrArgument, -1: ErrArgument, math.MaxInt: ErrArgument, 1 << 17: ErrNoSpace, 1 << 40: ErrNoSpace} {
		if _, err := x.Resize(n); !errors.Is(err, want) {
			t.Errorf("to %d: %v", n, err)
		}
	}
	if s := x.Slice(); s[0] != 1 || s[2] != 3 || a.Stats().InUse != before.InUse {
		t.Errorf("%v, %+v", s, a.Stats())
	}
	bad := x
	bad.n = 2
	if _, err := bad.Resize(1); !errors.Is(err, ErrFreed) {
		t.Errorf("of a sub-slice: %v", err)
	}
	if _, err := (Array[uint64]{}).Resize(1); !errors.Is(err, ErrArgument) {
		t.Errorf("of the zero Array: %v", err)
	}
	mustFree(t, x)
	if _, err := x.Resize(1); !errors.Is(err, ErrFreed) {
		t.Errorf("of a freed array: %v", err)
	}
}
