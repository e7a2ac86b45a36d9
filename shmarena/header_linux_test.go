package shmarena

import (
	"errors"
	"os"
	"runtime/debug"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// image is the metadata of an arena with blocks and names, as a dead member
// left it, and a file to put it into.
type image struct {
	bytes []byte
	geo   geometry
	file  *os.File
}

func newImage(t *testing.T) *image {
	t.Helper()
	a, err := Create(Options{Size: 1 << 20, MaxMembers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"one", "two", ""} {
		x := mustAlloc[int64](t, a, 10000*(i+1))
		if name == "" {
			mustFree(t, x)
		} else if err := errors.Join(a.Publish(name, x), x.Freeze(), second(x.Retain())); err != nil {
			t.Fatal(err)
		}
	}
	im := &image{bytes: make([]byte, a.at.geo.blocks), geo: a.at.geo}
	copy(im.bytes, a.at.region)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if im.file, err = newShm(im.geo.size); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { im.file.Close() })
	if err := (backingFile{f: im.file}).reserve(0, im.geo.size); err != nil {
		t.Fatal(err)
	}
	return im
}

// open attaches an arena that is the image after a change.
func (im *image) open(t *testing.T, change func(b []byte)) (*Arena, error) {
	t.Helper()
	b := append([]byte(nil), im.bytes...)
	change(b)
	if _, err := im.file.WriteAt(b, 0); err != nil {
		t.Fatal(err)
	}
	return FromFD(im.file.Fd())
}

// each way in which a header can be another's has its own error.
func TestForeignHeader(t *testing.T) {
	im := newImage(t)
	for _, c := range []struct {
		name   string
		change func([]byte)
		want   error
	}{
		{"same", func([]byte) {}, nil},
		{"magic", func(b []byte) { copy(b[headerMagic:], "\x7fELF"); sumOf(b) }, ErrMagic},
		{"empty", func(b []byte) { clear(b) }, ErrMagic},
		{"version", func(b []byte) { b[headerVersion]++; sumOf(b) }, ErrVersion},
		{"byte order", func(b []byte) { copy(b[headerPlatform:], "be64"); sumOf(b) }, ErrPlatform},
		{"word size", func(b []byte) { copy(b[headerPlatform:], "le32"); sumOf(b) }, ErrPlatform},
		{"layout", func(b []byte) { b[headerLayout]++; sumOf(b) }, ErrLayout},
		{"no id", func(b []byte) { clear(b[headerID : headerID+4]); sumOf(b) }, ErrCorrupt},
		{"members", func(b []byte) { b[headerMembers+1] = 0xff; sumOf(b) }, ErrCorrupt},
		{"capacity", func(b []byte) { b[headerCapacity+7] = 0xff; sumOf(b) }, ErrCorrupt},
		{"odd capacity", func(b []byte) { b[headerCapacity]++; sumOf(b) }, ErrCorrupt},
		{"twice the capacity", func(b []byte) { b[headerCapacity+2] *= 2; sumOf(b) }, ErrCorrupt},
		{"checksum", func(b []byte) { b[headerChecksum]++ }, ErrCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := im.open(t, c.change)
			if err == nil {
				closeAtEnd(t, a)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// a file that was cut short is an error at Open, whatever is left.
func TestCutShort(t *testing.T) {
	a := named(t, "short", 1<<20)
	name, size := a.Name(), int64(a.at.geo.size)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size int64
		want error
	}{{size - 1, ErrSize}, {size / 2, ErrSize}, {4096, ErrSize}, {headerSize, ErrSize}, {headerSize - 1, ErrCorrupt}, {0, ErrCorrupt}} {
		if err := os.Truncate(shmPath(name), c.size); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(name); !errors.Is(err, c.want) || !errors.Is(err, ErrCorrupt) {
			t.Errorf("Open of a file of %d bytes: %v", c.size, err)
		}
	}
}

func TestNotAFile(t *testing.T) {
	name := leaktest.Name("strange")
	for what, make := range map[string]func(path string) error{
		"directory":     func(p string) error { return os.Mkdir(p, 0o700) },
		"fifo":          mkfifo,
		"symbolic link": func(p string) error { return os.Symlink("/etc/hostname", p) },
	} {
		if err := make(shmPath(name)); err != nil {
			t.Fatal(err)
		}
		if a, err := Open(name); err == nil {
			a.Close()
			t.Errorf("Open of a %s succeeds", what)
		}
		if err := os.Remove(shmPath(name)); err != nil {
			t.Fatal(err)
		}
	}
}

// whatever bit of the metadata is flipped, nothing faults, hangs, or
// reaches outside; in the header it is found.
func TestBitFlips(t *testing.T) {
	im := newImage(t)
	stride := uint64(37)
	if stress() {
		stride = 1
	}
	ends := []uint64{membersAt + im.geo.memberSize, im.geo.directory + 2*entrySize, im.geo.holds + 64 + 3*32, im.geo.spans + im.geo.spanCount*spanBytes}
	starts := []uint64{0, im.geo.directory, im.geo.holds, im.geo.spans}
	for i := range starts {
		for bit := starts[i] * 8; bit < ends[i]*8; {
			im.flip(t, bit)
			if bit < headerSize*8 {
				bit++
				continue
			}
			bit += stride
		}
	}
}

func (im *image) flip(t *testing.T, bit uint64) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("bit %d of byte %d: %v\n%s", bit%8, bit/8, r, debug.Stack())
		}
	}()
	a, err := im.open(t, func(b []byte) { b[bit/8] ^= 1 << (bit % 8) })
	if bit < headerSize*8 && !errors.Is(err, ErrCorrupt) {
		t.Errorf("header bit %d of byte %d: %v", bit%8, bit/8, err)
	}
	if err != nil {
		return
	}
	useAll(a)
	if err := a.Close(); err != nil {
		t.Errorf("bit %d of byte %d: close: %v", bit%8, bit/8, err)
	}
}

// touch writes the first and last byte of an array, as a Slice would let one
// do: a Slice itself would keep the address range of each arena for good.
func touch(a *Arena, x handle, size uint64) {
	if a.at.heap.resolve(x.gen, x.off, x.n, size) {
		a.at.region[x.off] = 1
		a.at.region[x.off+x.n*size-1] = 1
	}
}

// holdAll holds an array in each way, whatever comes of it.
func holdAll(x Array[int64]) {
	if r, err := x.Retain(); err == nil {
		_, _ = r.Take()
		_ = r.Release()
	}
	_ = x.Freeze()
	if s, err := x.Snapshot(); err == nil {
		_ = s.Close()
	}
	_, _ = x.Frozen(), x.Refs()
	_ = x.Thaw()
}

// useAll does a bit of everything, whatever comes of it.
func useAll(a *Arena) {
	_ = a.Verify()
	_, _ = a.Orphans()
	_ = a.Stats()
	for _, n := range []int{1, 40000} {
		if x, err := Alloc[int64](a, n); err == nil {
			touch(a, x.handle(), 8)
			holdAll(x)
			_ = x.Free()
		}
	}
	for _, name := range []string{"one", "two"} {
		if x, err := Lookup[int64](a, name); err == nil {
			touch(a, x.handle(), 8)
			_ = x.Free()
		}
	}
	_ = a.Unpublish("two")
	_ = a.Verify()
}
