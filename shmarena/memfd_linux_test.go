package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// a memfd passes by descriptor, has no name, and cannot be cut short.
func TestMemfd(t *testing.T) {
	a := createFor(t, Options{Size: 1 << 20, Backing: BackingMemfd})
	if a.Backing() != BackingMemfd || a.Name() != "" || a.Notice() != "" {
		t.Errorf("%v, %q, %q", a.Backing(), a.Name(), a.Notice())
	}
	if s, err := seals(a.File()); err != nil || s&sizeSeals != sizeSeals {
		t.Errorf("seals %#x, %v", s, err)
	}
	if err := a.File().Truncate(0); !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EPERM) {
		t.Errorf("truncate: %v", err)
	}
	if err := a.Unlink(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Unlink of an arena without a name: %v", err)
	}
	x := mustAlloc[int64](t, a, 1000)
	for i, s := 0, x.Slice(); i < len(s); i++ {
		s[i] = int64(i)
	}
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	p := reexec.Start(t, peer, reexec.Options{Files: []*os.File{passed(t, a.File())}})
	p.Expect("attached")
	p.Say("check")
	p.Expect("right")
	p.Say("end")
	p.Wait()
}

// passed sends a file over a Unix socket and returns what arrives.
func passed(t *testing.T, f *os.File) *os.File {
	t.Helper()
	from, to, err := socketPair()
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(from, to)
	if err := sendBy(from, f); err != nil {
		t.Fatal(err)
	}
	got, err := receiveBy(to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { got.Close() })
	return got
}
