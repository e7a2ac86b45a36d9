package shmarena

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// Sealed is an array in a memory file of its own that nobody can write to, shorten
// or free, whoever has its descriptor: the kernel enforces it (F_SEAL_WRITE). It
// belongs to no arena. Other processes get it by [Sealed.SendTo], or by
// [OpenSealed] of its file, and it is gone with the last one that has it.
//
// Any number of goroutines may read it. Close is not for a time when others call
// something else.
type Sealed[T any] struct {
	f      *os.File
	pages  []byte
	s      []T
	handed bool
}

// NewSealed makes a sealed array of n elements. fill gets them, zero, and writes
// them; when it returns, the array is sealed, and what fill kept of the slice can
// only be read any more. An error or a panic of fill leaves nothing.
//
// Errors: [ErrArgument], [ErrNotPOD], [ErrNoSpace], fill's, those of the kernel.
func NewSealed[T any](n int, fill func(s []T) error) (*Sealed[T], error) {
	x, err := newSealed(n, fill)
	if err != nil {
		return nil, fmt.Errorf("shmarena: seal %d of %v: %w", n, reflect.TypeFor[T](), err)
	}
	return x, nil
}

// Seal copies an array into a sealed one. A copy is what makes the promise
// possible: no file in /dev/shm can be sealed, nor a part of a file. An array that
// is to be sealed is best made as such, with [NewSealed].
func Seal[T any](x Array[T]) (sealed *Sealed[T], err error) {
	werr := x.With(func(s []T) error {
		sealed, err = NewSealed(len(s), func(to []T) error {
			copy(to, s)
			return nil
		})
		return err
	})
	return sealed, werr
}

func newSealed[T any](n int, fill func([]T) error) (*Sealed[T], error) {
	t := reflect.TypeFor[T]()
	if err := pod.Check(t); err != nil {
		return nil, err
	}
	if n <= 0 {
		return nil, argument("%d elements", n)
	}
	bytes, ok := sizeOf(n, t.Size())
	if !ok {
		return nil, argument("more than %d bytes", int64(maxSize))
	}
	f, err := openMemfd("shmarena-sealed", sealedData+bytes)
	if err != nil {
		return nil, err
	}
	pages, err := fillSealed(f, sealedData+bytes, func(pages []byte) error {
		encodeSealed(pages, pod.Hash(t), uint64(n), bytes)
		return fill(elements[T](pages[sealedData:], uint64(n)))
	})
	if err != nil {
		return nil, err
	}
	return &Sealed[T]{f: f, pages: pages, s: elements[T](pages[sealedData:], uint64(n))}, nil
}

// encodeSealed writes the header.
func encodeSealed(b []byte, typ, n, bytes uint64) {
	le := binary.LittleEndian
	copy(b, sealedMagic)
	le.PutUint32(b[sealedVersAt:], sealedVersion)
	copy(b[sealedPlatform:], platform)
	le.PutUint64(b[sealedType:], typ)
	le.PutUint64(b[sealedCount:], n)
	le.PutUint64(b[sealedBytes:], bytes)
	le.PutUint32(b[sealedChecksum:], crc32.Checksum(b[:sealedChecksum], castagnoli))
}

// decodeSealed reads and checks a header, of a file of that size.
func decodeSealed(b []byte, size int64, typ, elem uint64) (n uint64, err error) {
	le := binary.LittleEndian
	if len(b) < sealedHead || string(b[:len(sealedMagic)]) != sealedMagic {
		return 0, fmt.Errorf("not a sealed array: %w", ErrMagic)
	}
	if crc32.Checksum(b[:sealedChecksum], castagnoli) != le.Uint32(b[sealedChecksum:]) {
		return 0, fmt.Errorf("header checksum: %w", ErrCorrupt)
	}
	n = le.Uint64(b[sealedCount:])
	bytes, ok := sizeOf(int(n), uintptr(elem))
	switch v := le.Uint32(b[sealedVersAt:]); {
	case v != sealedVersion:
		return 0, fmt.Errorf("version %d, not %d: %w", v, sealedVersion, ErrVersion)
	case string(b[sealedPlatform:sealedType]) != platform:
		return 0, ErrPlatform
	case le.Uint64(b[sealedType:]) != typ:
		return 0, ErrType
	case n == 0 || !ok || bytes != le.Uint64(b[sealedBytes:]):
		return 0, fmt.Errorf("header sizes: %w", ErrCorrupt)
	case uint64(size) < sealedData+bytes:
		return 0, fmt.Errorf("the file has %d bytes, its header says %d: %w: %w", size, sealedData+bytes, ErrSize, ErrCorrupt)
	}
	return n, nil
}

// OpenSealed attaches the sealed array whose file is open as fd, which stays the
// caller's. A file that is not sealed against writing, growing and shrinking is
// [ErrMagic]: nothing that was read from it could be relied on.
//
// Errors: [ErrNotPOD], [ErrMagic], [ErrType], [ErrVersion], [ErrPlatform],
// [ErrCorrupt], [ErrSize], those of the kernel.
func OpenSealed[T any](fd uintptr) (*Sealed[T], error) {
	x, err := openSealed[T](fd)
	if err != nil {
		return nil, fmt.Errorf("shmarena: open sealed %v: %w", reflect.TypeFor[T](), err)
	}
	return x, nil
}

func openSealed[T any](fd uintptr) (*Sealed[T], error) {
	t := reflect.TypeFor[T]()
	if err := pod.Check(t); err != nil {
		return nil, err
	}
	f, err := reopen(fd, readable)
	if err != nil {
		return nil, err
	}
	n, pages, err := mapSealed(f, pod.Hash(t), uint64(t.Size()))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Sealed[T]{f: f, pages: pages, s: elements[T](pages[sealedData:], n)}, nil
}

// mapSealed checks a file and maps it.
func mapSealed(f *os.File, typ, elem uint64) (n uint64, pages []byte, err error) {
	size, err := sealedSize(f)
	if err != nil {
		return 0, nil, err
	}
	var head [sealedHead]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return 0, nil, fmt.Errorf("a file of %d bytes: %w", size, ErrMagic)
	}
	if n, err = decodeSealed(head[:], size, typ, elem); err != nil {
		return 0, nil, err
	}
	pages, err = mapReadable(f, sealedData+n*elem)
	return n, pages, err
}

// Len is the number of elements; 0 after Close.
func (x *Sealed[T]) Len() int { return len(x.s) }

// Slice returns the elements. Writing to them is a fault. It is nil after Close,
// which keeps their addresses for good, without access, in case a slice is used too
// late; [Sealed.With] costs no addresses.
func (x *Sealed[T]) Slice() []T {
	x.handed = true
	return x.s
}

// With calls f with the elements, which must not be used after. f is called with
// nil after Close.
func (x *Sealed[T]) With(f func(s []T) error) error { return f(x.s) }

// File is the array's file, to be passed to a child process that attaches it with
// [OpenSealed]. It belongs to the array: do not close it.
func (x *Sealed[T]) File() *os.File { return x.f }

// Snapshot returns a private view, copy-on-write: since nobody can change the
// array, it needs no copy and holds nothing up.
func (x *Sealed[T]) Snapshot() (*Snapshot[T], error) {
	if x.s == nil {
		return nil, fmt.Errorf("shmarena: snapshot of a sealed array: %w", ErrClosed)
	}
	pages, err := mapPrivate(x.f, 0, uint64(len(x.pages)))
	if err != nil {
		return nil, fmt.Errorf("shmarena: snapshot of a sealed array: %w", err)
	}
	s := elements[T](pages[sealedData:], uint64(len(x.s)))
	return &Snapshot[T]{s: s, pages: pages, drop: func() error { return nil }}, nil
}

// Close gives the array up in this process. A slice that was kept faults. Calling
// it again does nothing.
func (x *Sealed[T]) Close() error {
	if x.s == nil {
		return nil
	}
	x.s = nil
	return errors.Join(retire(x.pages, x.handed), x.f.Close())
}
