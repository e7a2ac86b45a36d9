package shmarena

import (
	"os"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"golang.org/x/sys/unix"
)

// A reader of another language has no place among the members, and keeps the name
// all the same: by the lock that examples/c and examples/python take.
func TestSweepSparesForeignReaders(t *testing.T) {
	name := leaktest.Name("foreign")
	a, err := Create(Options{Name: name, Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := os.Open(shmPath(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := lockBytes(reader, unix.F_RDLCK, lockGate, 2); err != nil {
		t.Fatal(err)
	}
	b, err := Open(name) // the lock is in nobody's way
	if err != nil {
		t.Fatal(err)
	}
	for _, close := range []func() error{a.Close, b.Close} {
		if err := close(); err != nil {
			t.Fatal(err)
		}
	}
	swept := func() bool {
		r, err := Sweep()
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(r.Removed, func(s Swept) bool { return s.Name == name })
	}
	if swept() {
		t.Error("the arena of a reader was removed")
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if swept(); nameTaken(name) {
		t.Error("the arena is still there without its reader")
	}
}
