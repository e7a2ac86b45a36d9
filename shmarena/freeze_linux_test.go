package shmarena

import (
	"errors"
	"os"
	"slices"
	"testing"
)

func mustFreeze[T any](t *testing.T, x Array[T]) {
	t.Helper()
	if err := x.Freeze(); err != nil {
		t.Fatal(err)
	}
}

func TestFreeze(t *testing.T) {
	a := newArena(t, 1<<20)
	x, y := mustAlloc[int64](t, a, 10000), mustAlloc[int64](t, a, 10)
	s := x.Slice()
	s[9999] = 5
	for range 2 { // twice is once
		mustFreeze(t, x)
	}
	if !x.Frozen() || y.Frozen() || s[9999] != 5 {
		t.Error("not frozen, or changed")
	}
	for _, i := range []int{0, 9999} {
		if !faults(func() { s[i] = 1 }) {
			t.Errorf("element %d of a frozen array can be written", i)
		}
	}
	y.Slice()[0] = 1
	if err := x.Free(); !errors.Is(err, ErrHeld) {
		t.Errorf("Free: %v", err)
	}
	if err := y.Thaw(); !errors.Is(err, ErrArgument) {
		t.Errorf("Thaw of what is not frozen: %v", err)
	}
	if err := x.Thaw(); err != nil {
		t.Fatal(err)
	}
	s[0] = 1
	if err := x.Thaw(); x.Frozen() || !errors.Is(err, ErrArgument) {
		t.Errorf("Thaw again: %v", err)
	}
	mustFree(t, x)
	mustFree(t, y)
	mustNotBeHeld(t, x)
	mustBeFree(t, a)
}

// mustNotBeHeld tries to hold an array that was freed.
func mustNotBeHeld(t *testing.T, x Array[int64]) {
	t.Helper()
	for name, err := range map[string]error{
		"Freeze": x.Freeze(), "Retain": second(x.Retain()), "Snapshot": second(x.Snapshot()), "Thaw": x.Thaw(),
	} {
		if !errors.Is(err, ErrFreed) {
			t.Errorf("%s of a freed array: %v", name, err)
		}
	}
}

// mustBeFree fails unless nothing is left in the arena.
func mustBeFree(t *testing.T, a *Arena) {
	t.Helper()
	if _, err := a.Trim(); err != nil { // a class that was used keeps a span
		t.Error(err)
	}
	if err := a.Verify(); err != nil {
		t.Error(err)
	}
	if s := a.Stats(); s.InUse != 0 || s.Reserved != 0 {
		t.Errorf("left: %+v", s)
	}
	for i := range a.at.heap.holds.t.holds {
		if w := holdWord(a.at.heap.holds.t.holds[i].word.Load()); w.kind() != holdFree {
			t.Errorf("hold %d is of kind %d", i, w.kind())
		}
	}
}

func TestZeroArrayIsNotHeld(t *testing.T) {
	var x Array[int32]
	for name, err := range map[string]error{"Freeze": x.Freeze(), "Thaw": x.Thaw(), "Retain": second(x.Retain()), "Release": Ref[int32]{}.Release()} {
		if !errors.Is(err, ErrArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := x.Snapshot()
	if err != nil || len(s.Slice()) != 0 || s.Close() != nil || x.Frozen() || x.Refs() != 0 {
		t.Errorf("snapshot of nothing: %v", err)
	}
}

// A private mapping is not a fork. A frozen array is shared until it is
// written to; one that is not is copied, so its later changes do not show.
func TestSnapshot(t *testing.T) {
	a := newArena(t, 8<<20)
	page := int64(os.Getpagesize())
	x, before := countingBytes(t, a, 100*int(page))
	loose, err := x.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := loose.Copied(); n != 100*page || err != nil {
		t.Errorf("of an array that is not frozen %d bytes are copied, %v", n, err)
	}
	x.Slice()[7]++
	if !slices.Equal(loose.Slice(), before) {
		t.Error("the array's change shows in the copy")
	}
	x.Slice()[7]--
	mustFreeze(t, x)
	shared, err := x.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	mustCopy(t, shared, 0)
	if !slices.Equal(shared.Slice(), before) {
		t.Error("the snapshot is not the array")
	}
	mustCopy(t, shared, 0)
	s := shared.Slice()
	for _, at := range []int64{0, 1, 50*page + 3, 100*page - 1} {
		s[at] = 99
	}
	mustCopy(t, shared, 3*page)
	if !slices.Equal(x.Slice(), before) || s[1] != 99 {
		t.Error("a write to the snapshot shows in the array")
	}
	if err := errors.Join(loose.Close(), loose.Close()); err != nil {
		t.Error(err)
	}
	closeShared(t, a, x, shared)
}

// countingBytes is an array that is not all the same, and what is in it.
func countingBytes(t *testing.T, a *Arena, n int) (Array[byte], []byte) {
	t.Helper()
	x := mustAlloc[byte](t, a, n)
	for i, s := 0, x.Slice(); i < len(s); i++ {
		s[i] = byte(i)
	}
	return x, slices.Clone(x.Slice())
}

func mustCopy(t *testing.T, s *Snapshot[byte], want int64) {
	t.Helper()
	if n, err := s.Copied(); n != want || err != nil {
		t.Errorf("%d bytes are copied, want %d, %v", n, want, err)
	}
}

// closeShared: a snapshot keeps its array frozen and its arena open, until it is
// closed; then what was sliced faults.
func closeShared(t *testing.T, a *Arena, x Array[byte], shared *Snapshot[byte]) {
	s := shared.Slice()
	for name, err := range map[string]error{"Thaw": x.Thaw(), "Close": a.Close()} {
		if !errors.Is(err, ErrBusy) {
			t.Errorf("%s with a snapshot open: %v", name, err)
		}
	}
	if err := errors.Join(shared.Close(), shared.Close()); err != nil {
		t.Fatal(err)
	}
	if shared.Slice() != nil || !faults(func() { s[0] = 1 }) {
		t.Error("a closed snapshot can be written")
	}
	if err := x.Thaw(); err != nil {
		t.Error(err)
	}
	mustFree(t, x)
	mustBeFree(t, a)
}

// Close gives everything up that this process held.
func TestCloseDropsHolds(t *testing.T) {
	a := newArena(t, 4<<20)
	file := passed(t, a.File())
	x, y := mustAlloc[byte](t, a, 100), mustAlloc[byte](t, a, 100)
	mustFreeze(t, x)
	r := mustRetain(t, y)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"Freeze": x.Freeze(), "Retain": second(y.Retain()), "Take": second(r.Take()), "Release": r.Release()} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	b, err := FromFD(file.Fd())
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, b)
	if x.Frozen() || y.Check() == nil {
		t.Errorf("frozen %v, referenced array: %v", x.Frozen(), y.Check())
	}
	mustFree(t, x)
	mustBeFree(t, b)
}
