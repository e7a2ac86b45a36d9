package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// toPeek is an arena with a name, until the end of the test.
func toPeek(t *testing.T) (name string, a *Arena) {
	t.Helper()
	name = leaktest.Name("peek")
	a, err := Create(Options{Name: name, Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(Unlink(name), a.Close()); err != nil {
			t.Error(err)
		}
	})
	return name, a
}

func TestPeek(t *testing.T) {
	name, a := toPeek(t)
	for _, n := range []int{5, 20_000} { // a small block, and spans
		x, err := CopyIn(a, numbers(n))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Publish("x", x); err != nil {
			t.Fatal(err)
		}
		for _, room := range []int{0, 1, n, n + 3} {
			got := make([]uint32, room)
			m, err := Peek(name, "x", got)
			if err != nil || m != min(room, n) || m > 0 && got[m-1] != uint32(m-1) {
				t.Errorf("%d of %d: %d, %v", room, n, m, err)
			}
		}
		if _, err := Peek(name, "x", make([]uint64, 1)); !errors.Is(err, ErrType) {
			t.Errorf("another type: %v", err)
		}
		if err := x.Free(); err != nil {
			t.Fatal(err)
		}
		if _, err := Peek(name, "x", make([]uint32, 1)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("freed: %v", err)
		}
		if err := a.Unpublish("x"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Peek(name, "y", make([]uint32, 1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such name: %v", err)
	}
	if _, err := Peek(name+"-", "x", make([]uint32, 1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such arena: %v", err)
	}
	if _, err := Peek(name, "x", make([]*int, 1)); !errors.Is(err, ErrNotPOD) {
		t.Errorf("pointers: %v", err)
	}
}

func numbers(n int) []uint32 {
	s := make([]uint32, n)
	for i := range s {
		s[i] = uint32(i)
	}
	return s
}

// A directory that somebody has damaged leads nowhere outside the arena.
func TestPeekHostile(t *testing.T) {
	name, a := toPeek(t)
	x, err := CopyIn(a, numbers(20_000))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	k, err := keyOf("x")
	if err != nil {
		t.Fatal(err)
	}
	e, _ := a.at.names.find(k)
	off, n := e.off.Load(), e.n.Load()
	for _, bad := range []struct{ off, n uint64 }{
		{off, 1 << 62}, {off, ^uint64(0)}, {off, (1<<20)/4 + 1}, {0, n}, {^uint64(0), n}, {off &^ (1<<16 - 1) << 20, n}, {uint64(1) << 40, n},
	} {
		e.off.Store(bad.off)
		e.n.Store(bad.n)
		if m, err := Peek(name, "x", make([]uint32, 10)); err == nil {
			t.Errorf("%d elements at %#x: %d were read", bad.n, bad.off, m)
		}
	}
	if err := os.Truncate(shmPath(name), 4096); err != nil { // nobody touches the mapping any more
		t.Fatal(err)
	}
	if _, err := Peek(name, "x", make([]uint32, 10)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a file cut short: %v", err)
	}
	if err := os.Truncate(shmPath(name), int64(a.at.geo.size)); err != nil {
		t.Fatal(err)
	}
}
