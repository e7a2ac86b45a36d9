package shmarena

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

func fillCounting(s []int64) error {
	for i := range s {
		s[i] = int64(i)
	}
	return nil
}

func newCounting(t *testing.T, n int) *Sealed[int64] {
	t.Helper()
	x, err := NewSealed(n, fillCounting)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func mustCount(t interface{ Fatalf(string, ...any) }, s []int64, n int) {
	if len(s) != n || cap(s) != n {
		t.Fatalf("%d of %d elements, want %d", len(s), cap(s), n)
	}
	for i, v := range s {
		if v != int64(i) {
			t.Fatalf("element %d is %d", i, v)
		}
	}
}

// What is sealed cannot be changed by anybody who has the descriptor: not through
// the slice that filled it, nor by write, truncate, punch, or a new mapping.
func TestSealed(t *testing.T) {
	var kept []int64
	x, err := NewSealed(10000, func(s []int64) error {
		kept = s
		return fillCounting(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	mustCount(t, kept, 10000)
	mustCount(t, x.Slice(), 10000)
	if !faults(func() { kept[3] = 1 }) || !faults(func() { x.Slice()[3] = 1 }) {
		t.Error("a sealed array can be written")
	}
	mustBeSealed(t, x.File())
	mustCount(t, x.Slice(), 10000)
	if err := errors.Join(x.Close(), x.Close()); err != nil {
		t.Error(err)
	}
	if x.Slice() != nil || x.Len() != 0 || !faults(func() { _ = kept[0] + 1; kept[0] = 1 }) {
		t.Error("a closed array can be used")
	}
	if _, err := x.Snapshot(); !errors.Is(err, ErrClosed) {
		t.Errorf("Snapshot after Close: %v", err)
	}
}

// mustBeSealed tries all ways to change a file.
func mustBeSealed(t interface {
	Helper()
	Fatalf(string, ...any)
}, f *os.File,
) {
	t.Helper()
	w, err := os.OpenFile(fdPath(f.Fd()), os.O_RDWR, 0)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer w.Close()
	fd := int(w.Fd())
	_, mapped := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	_, seals := unix.FcntlInt(w.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_EXEC)
	_, written := unix.Pwrite(fd, []byte{1}, 5000)
	for what, err := range map[string]error{
		"write": written, "shrink": unix.Ftruncate(fd, 4096), "grow": unix.Ftruncate(fd, 1<<20), "map": mapped, "seals": seals,
		"punch": unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 4096, 4096),
	} {
		if !isErrno(err, unix.EPERM) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// sealedReader gets a sealed array by inheritance or over a socket.
var sealedReader = reexec.Register("sealed reader", func(c *reexec.Child) {
	var x *Sealed[int64]
	var err error
	if len(c.Args) > 0 {
		x, err = ReceiveSealed[int64](context.Background(), unixConn(c, int(c.File(0).Fd())))
	} else {
		x, err = OpenSealed[int64](c.File(0).Fd())
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	mustCount(c, x.Slice(), 5000)
	mustBeSealed(c, x.File())
	if !faults(func() { x.Slice()[0] = 1 }) {
		c.Fatalf("it can be written")
	}
	if err := x.Close(); err != nil {
		c.Fatalf("%v", err)
	}
})

func TestSealedPasses(t *testing.T) {
	x := newCounting(t, 5000)
	reexec.Start(t, sealedReader, reexec.Options{Files: []*os.File{x.File()}}).Wait()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	far := os.NewFile(uintptr(pair[1]), "far")
	defer far.Close()
	p := reexec.Start(t, sealedReader, reexec.Options{Args: []string{"socket"}, Files: []*os.File{far}})
	if err := x.SendTo(t.Context(), unixConn(t, pair[0])); err != nil {
		t.Fatal(err)
	}
	p.Wait()
}

// A snapshot of a sealed array outlives it, and is copied page by page.
func TestSealedSnapshot(t *testing.T) {
	page := int64(os.Getpagesize())
	x := newCounting(t, 5000)
	s, err := x.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	mustCount(t, s.Slice(), 5000)
	s.Slice()[4000] = -1
	if n, err := s.Copied(); n != page || err != nil {
		t.Errorf("%d bytes are copied, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSeal(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int64](t, a, 300)
	_ = fillCounting(x.Slice())
	y, err := Seal(x)
	if err != nil {
		t.Fatal(err)
	}
	mustFree(t, x)
	mustCount(t, y.Slice(), 300)
	if err := y.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Seal(x); !errors.Is(err, ErrFreed) {
		t.Errorf("Seal of a freed array: %v", err)
	}
}

// Whatever fails while one is made, nothing stays.
func TestSealedRefuses(t *testing.T) {
	files, maps := descriptors(t), mappings(t)
	boo := errors.New("boo")
	for name, c := range map[string]struct{ got, want error }{
		"no elements": {second(NewSealed(0, fillCounting)), ErrArgument},
		"too many":    {second(NewSealed(1<<60, fillCounting)), ErrArgument},
		"too large":   {second(NewSealed(1<<43, fillCounting)), ErrNoSpace},
		"pointers":    {second(NewSealed(1, func([]string) error { return nil })), ErrNotPOD},
		"fill fails":  {second(NewSealed(1000, func([]byte) error { return boo })), boo},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v", name, c.got)
		}
	}
	mustPanic(t, "boo", func() { _, _ = NewSealed(1000, func([]byte) error { panic("boo") }) })
	if f, m := descriptors(t), mappings(t); f > files || m > maps+3 {
		t.Errorf("%d descriptors and %d mappings, before %d and %d", f, m, files, maps)
	}
}

// A file counts as sealed only if it is, and its header is checked bit by bit.
func TestOpenSealedRefuses(t *testing.T) {
	x := newCounting(t, 100)
	if _, err := OpenSealed[int32](x.File().Fd()); !errors.Is(err, ErrType) {
		t.Errorf("another type: %v", err)
	}
	image := make([]byte, sealedData+800)
	if _, err := x.File().ReadAt(image, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := openImage(t, image, false); !errors.Is(err, ErrMagic) {
		t.Errorf("not sealed: %v", err)
	}
	for bit := range sealedHead * 8 {
		bad := slices.Clone(image)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := openImage(t, bad, true); !errors.Is(err, ErrCorrupt) {
			t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
		}
	}
	for _, n := range []int{0, sealedHead - 1, sealedData, len(image) - 1} {
		if _, err := openImage(t, image[:n], true); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	if y, err := openImage(t, image, true); err != nil || y.Close() != nil {
		t.Errorf("the same: %v", err)
	}
}

func openImage(t *testing.T, image []byte, seal bool) (*Sealed[int64], error) {
	t.Helper()
	f, err := openMemfd("image", uint64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(image, 0); err != nil {
		t.Fatal(err)
	}
	if seal {
		if err := sealAll(f); err != nil {
			t.Fatal(err)
		}
	}
	return OpenSealed[int64](f.Fd())
}
