package shmarena

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
)

// resident is how many bytes of memory this process has, after a collection. Those
// of the collector's own that it has not given back are in it.
func resident(t *testing.T) int64 {
	t.Helper()
	runtime.GC()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// Arenas come and go; descriptors, mappings and resident memory do not grow.
func TestCycles(t *testing.T) {
	cycle := func() {
		a, err := Create(Options{Size: 1 << 20})
		if err == nil {
			_, err = Alloc[int64](a, 1000)
			err = errors.Join(err, a.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		cycle()
	}
	cycles := 500
	if stress() {
		cycles = 20_000
	}
	files, maps, rss := descriptors(t), mappings(t), resident(t)
	for range cycles {
		cycle()
	}
	// The Go heap may grow by a few mappings of its own.
	f, m, r := descriptors(t), mappings(t), resident(t)
	if f > files || m > maps+20 || r > rss+16<<20 {
		t.Errorf("%d descriptors, %d mappings, %d bytes resident; before %d, %d, %d", f, m, r, files, maps, rss)
	}
	t.Logf("%d cycles: %d descriptors, %d mappings, %d bytes resident; before %d, %d, %d", cycles, f, m, r, files, maps, rss)
}

// Snapshots and sealed arrays come and go, and leave no mapping and no descriptor.
func TestViewCycles(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[byte](t, a, 100000)
	mustFreeze(t, x)
	cycle := func() {
		y, err := Seal(x)
		if err != nil {
			t.Fatal(err)
		}
		for _, view := range []func() (*Snapshot[byte], error){x.Snapshot, y.Snapshot} {
			s, err := view()
			if err == nil {
				err = errors.Join(s.With(func(s []byte) error { s[99999] = 1; return nil }), s.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(y.With(func(s []byte) error { return nil }), y.Close()); err != nil {
			t.Fatal(err)
		}
	}
	cycle()
	files, maps := descriptors(t), mappings(t)
	for range 300 {
		cycle()
	}
	if f, m := descriptors(t), mappings(t); f > files || m > maps+20 {
		t.Errorf("%d descriptors and %d mappings, before %d and %d", f, m, files, maps)
	}
	if err := x.Thaw(); err != nil {
		t.Error(err)
	}
	mustFree(t, x)
}

// handles that are forgotten stay open: nothing of the collector's runs that
// could close them twice, or wait for a lock that the same goroutine holds.
func TestLeakedHandles(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 8)
	func() {
		for range 5000 {
			if _, err := FromFD(a.File().Fd()); err != nil {
				t.Fatal(err)
			}
		}
	}()
	if err := a.at.heap.lock(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		runtime.GC()
	}
	a.at.heap.unlock()
	x.Slice()[7] = 1
	if s := a.Stats(); s.Members != 1 || x.Check() != nil {
		t.Errorf("%+v, %v", s, x.Check())
	}
	mustFree(t, x)
	at := a.at
	for len(at.handles) > 0 {
		if err := at.handles[len(at.handles)-1].Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Verify(); !errors.Is(err, ErrClosed) {
		t.Errorf("after the last handle: %v", err)
	}
}
