package shmarena

import (
	"errors"
	"os"
	"runtime/debug"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// sees reports whether a slice can be read.
func sees(s []int64) (ok bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { ok = recover() == nil }()
	seen.Store(s[len(s)-1])
	return true
}

var seen atomic.Int64

// covered sees of an arena what it uncovers.
var covered = reexec.Register("covered", func(c *reexec.Child) {
	a, err := FromFDReadOnly(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, xerr := Lookup[int64](a, "x")
	y, yerr := Lookup[int64](a, "y")
	if err := errors.Join(xerr, yerr); err != nil {
		c.Fatalf("%v", err)
	}
	if !sees(x.Slice()) || !sees(y.Slice()) {
		c.Fatalf("an arena that is not covered cannot be read")
	}
	if err := a.Cover(); err != nil {
		c.Fatalf("%v", err)
	}
	if sees(x.Slice()) || sees(y.Slice()) {
		c.Fatalf("what is covered can be read")
	}
	if err := Uncover(x); err != nil {
		c.Fatalf("%v", err)
	}
	if !sees(x.Slice()) || x.Slice()[9999] != 7 || sees(y.Slice()) {
		c.Fatalf("Uncover has shown something else than it was to")
	}
	from, size := a.Addresses()
	if at := addr(x.Slice()); at < from || at >= from+uintptr(size) || at-from != uintptr(x.off) {
		c.Fatalf("x is at %#x, the arena at %#x", at, from)
	}
	if _, err := Lookup[int64](a, "x"); err != nil {
		c.Fatalf("the tables of a covered arena: %v", err)
	}
	c.Say("seen")
})

func TestCover(t *testing.T) {
	a, err := Create(Options{Size: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Cover(); !errors.Is(err, ErrArgument) {
		t.Errorf("covered while it is attached for writing: %v", err)
	}
	for _, name := range []string{"x", "y"} {
		x, err := Alloc[int64](a, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		x.Slice()[9999] = 7
		if err := a.Publish(name, x); err != nil {
			t.Fatal(err)
		}
	}
	reexec.Start(t, covered, reexec.Options{Files: []*os.File{a.File()}}).Expect("seen")
}

func TestUncoverRefuses(t *testing.T) {
	a, err := Create(Options{Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	x, err := Alloc[int64](a, 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := Uncover(Array[int64]{}); err != nil {
		t.Errorf("the zero array: %v", err)
	}
	if err := x.Free(); err != nil {
		t.Fatal(err)
	}
	if err := Uncover(x); !errors.Is(err, ErrFreed) {
		t.Errorf("a freed array: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Uncover(x); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed arena: %v", err)
	}
	if err := a.Cover(); !errors.Is(err, ErrClosed) {
		t.Errorf("cover of a closed arena: %v", err)
	}
}
