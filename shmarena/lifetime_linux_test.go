package shmarena

import (
	"bytes"
	"errors"
	"runtime/debug"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// memory is zero, also where another block has been.
func TestZeroed(t *testing.T) {
	a := newArena(t, 4<<20)
	for range 50 {
		for _, n := range []int{1, 70000, 1 << 20} {
			x := mustAlloc[byte](t, a, n)
			s := x.Slice()
			if i := bytes.IndexFunc(s, func(r rune) bool { return r != 0 }); i >= 0 {
				t.Fatalf("byte %d of a new block is %d", i, s[i])
			}
			for i := 0; i < n; i += 500 {
				s[i] = 0xff
			}
			mustFree(t, x)
		}
	}
}

// a process attaches once; each handle is closed on its own.
func TestTwoHandles(t *testing.T) {
	a := named(t, "twice", 1<<20)
	b, err := Open(a.Name())
	if err != nil {
		t.Fatal(err)
	}
	c, err := FromFD(a.File().Fd())
	if err != nil {
		t.Fatal(err)
	}
	if a.Member() != b.Member() || b.Member() != c.Member() || c.Name() != a.Name() || a.Stats().Members != 1 {
		t.Errorf("not the same member, or not the same name %q", c.Name())
	}
	x := mustAlloc[int32](t, a, 10)
	for _, h := range []*Arena{a, b} {
		for range 2 { // the second Close does nothing
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Alloc[byte](h, 1); !errors.Is(err, ErrClosed) {
			t.Errorf("Alloc on a closed handle: %v", err)
		}
	}
	x.Slice()[9] = 5
	if got, ok := x.Arena(); !ok || got != c {
		t.Errorf("Arena() = %v, %v", got, ok)
	}
	mustFree(t, x)
	closeAtEnd(t, c)
}

// after the last Close everything says so, and a slice that was kept
// reaches nothing.
func TestUseAfterClose(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 100)
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	s := x.Slice()
	if got := permissions(t, addr(s)); got != "rw-s" {
		t.Fatalf("a block is mapped %q", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if got := permissions(t, addr(s)); got != "---p" {
		t.Errorf("a closed block is mapped %q", got)
	}
	mustBeClosed(t, a, x)
	mustPanic(t, panicForeign, func() { x.Slice() })
	at := a.at // as a Slice that had found the attachment just before Close
	if at.heap.resolve(x.gen(), x.off, x.n, 8) {
		t.Error("a closed arena resolves arrays")
	}
	if !faults(func() { s[0] = 1 }) {
		t.Error("writing to a slice of a closed arena does not fault")
	}
}

// mustBeClosed makes every call that can say ErrClosed.
func mustBeClosed(t *testing.T, a *Arena, x Array[int64]) {
	t.Helper()
	for name, err := range map[string]error{
		"Free": x.Free(), "Check": x.Check(), "Publish": a.Publish("y", x), "Unpublish": a.Unpublish("x"),
		"Verify": a.Verify(), "Unlink": a.Unlink(),
		"Alloc":   second(Alloc[int64](a, 1)),
		"CopyIn":  second(CopyIn(a, []byte("x"))),
		"Lookup":  second(Lookup[int64](a, "x")),
		"Reap":    second(a.Reap()),
		"Orphans": second(a.Orphans()),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	if s := a.Stats(); s != (Stats{}) {
		t.Errorf("Stats after Close: %+v", s)
	}
}

func second[T any](_ T, err error) error { return err }

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		if r := recover(); r != want {
			t.Errorf("panic %v, want %q", r, want)
		}
	}()
	f()
}

// faults reports whether f touches memory that it may not.
func faults(f func()) (fault bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { fault = recover() != nil }()
	f()
	return false
}

func TestCloseWhileBusy(t *testing.T) {
	a := newArena(t, 1)
	at, err := a.enter()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); !errors.Is(err, ErrBusy) {
		t.Errorf("Close during a call: %v", err)
	}
	at.leave()
	m := &at.heap.magazines[classOf(64)]
	m.mu.Lock() // as who allocates a small block does
	if err := a.Close(); !errors.Is(err, ErrBusy) || m.closed {
		t.Errorf("Close while a small block is allocated: %v", err)
	}
	m.mu.Unlock()
	if x, err := Alloc[byte](a, 1); err != nil || x.Free() != nil {
		t.Errorf("after a Close that was refused: %v", err)
	}
}

// Slice, Alloc, Free and Close race; nothing faults and nobody sees a foreign arena.
func TestCloseRace(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for range 200 {
		a, err := Create(Options{Size: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		x := mustAlloc[int64](t, a, 8)
		done := make(chan any)
		go func() {
			defer func() { done <- recover() }()
			for {
				x.Slice()
				y, err := Alloc[byte](a, 1)
				if err == nil {
					err = y.Free()
				}
				if errors.Is(err, ErrClosed) {
					return
				}
			}
		}()
		for a.Close() != nil {
		}
		if r := <-done; r != nil && r != panicForeign && r != panicFreed {
			t.Fatal(r)
		}
	}
}

// peer attaches the arena of its name or file and does what it is told.
var peer = reexec.Register("peer", func(c *reexec.Child) {
	a := childArena(c)
	c.Say("attached")
	for {
		switch c.Hear() {
		case "check":
			x, err := Lookup[int64](a, "x")
			if err != nil {
				c.Fatalf("%v", err)
			}
			for i, v := range x.Slice() {
				if v != int64(i) {
					c.Fatalf("element %d is %d", i, v)
				}
			}
			c.Say("right")
		case "close":
			if err := a.Close(); err != nil {
				c.Fatalf("%v", err)
			}
			c.Say("closed")
		case "end":
			return
		}
	}
})

// childArena attaches what the test gave: a file, or else a name.
func childArena(c *reexec.Child) *Arena {
	var a *Arena
	var err error
	if len(c.Args) > 0 {
		a, err = Open(c.Args[0])
	} else {
		a, err = FromFD(c.File(0).Fd())
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	return a
}

// the creator goes first; the last one to close frees the memory.
func TestCreatorClosesFirst(t *testing.T) {
	const size = 16 << 20
	a, err := Create(Options{Name: leaktest.Name("first"), Size: size})
	if err != nil {
		t.Fatal(err)
	}
	x := mustAlloc[int64](t, a, size/8)
	for i, s := 0, x.Slice(); i < len(s); i++ {
		s[i] = int64(i)
	}
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	peers := make([]*reexec.Proc, 3)
	for i := range peers {
		peers[i] = reexec.Start(t, peer, reexec.Options{Args: []string{a.Name()}})
		peers[i].Expect("attached")
	}
	if err := errors.Join(a.Unlink(), a.Close()); err != nil {
		t.Fatal(err)
	}
	for i, p := range peers {
		p.Say("check")
		p.Expect("right")
		p.Say("close")
		p.Expect("closed")
		if i == 0 {
			p.Kill() // another way to go
		}
	}
	// Others use /dev/shm too, so that it is free again shows in the inode:
	// nobody has it mapped or open any more.
	if n := openers(t, a.at.file.id); n != 0 {
		t.Errorf("%d processes still hold the arena's file", n)
	}
}
