package shmarena

import (
	"errors"
	"fmt"
)

// freeze is a block that this process has frozen.
type freeze struct {
	gen    uint32
	ticket ticket
	pages  []byte // that lost the right to write; nil for a small block
}

// Freeze says that the array will not change. Until [Array.Thaw], or the end of
// this process, no process can free it ([ErrHeld]); and an array of more than
// 32 KiB, which has its pages to itself, cannot be written to in this process (that
// is a fault), and [Array.Snapshot] needs no copy of it. It is advice to the
// others: one that ignores it can write through pages of its own. A smaller array
// shares its pages with others, so for it that is advice in this process too. Where
// nobody may be able to write, use [Seal].
//
// Freezing what this process has frozen does nothing. For an array of more than
// 32 KiB it costs a call of mprotect (with Thaw some 90 us for 64 MiB), and two
// mappings, of which a process can have some 65,000.
//
// Errors: [ErrFreed], [ErrClosed], [ErrReadOnly], [ErrFull] if the arena has 1022
// holds, [ErrBusy].
func (x Array[T]) Freeze() error {
	at, b, err := x.claimable()
	if err == nil {
		err = at.freeze(b)
		at.leave()
	}
	if err != nil {
		return fmt.Errorf("shmarena: freeze at %#x: %w", x.off, err)
	}
	return nil
}

// Thaw takes a [Array.Freeze] of this process back. It is [ErrBusy] while anybody
// has a snapshot that relies on it, and [ErrArgument] if this process has not
// frozen the array.
func (x Array[T]) Thaw() error {
	at, b, err := x.claimable()
	if err == nil {
		err = at.thaw(b)
		at.leave()
	}
	if err != nil {
		return fmt.Errorf("shmarena: thaw at %#x: %w", x.off, err)
	}
	return nil
}

// Frozen reports whether some living process has the array frozen, or has a
// snapshot of it since it was.
func (x Array[T]) Frozen() bool {
	at := attached(x.arena())
	if x.IsZero() || at == nil || at.enter() != nil {
		return false
	}
	defer at.leave()
	return at.heap.holds.any(x.off, x.gen(), quiet)
}

// claimable enters the arena of an array on whose block a hold can be had. The
// caller leaves it if there is no error.
func (x Array[T]) claimable() (*attachment, blockID, error) {
	if x.IsZero() {
		return nil, blockID{}, argument("the zero array")
	}
	at := attached(x.arena())
	if at == nil || at.enter() != nil {
		return nil, blockID{}, ErrClosed
	}
	err := at.claimable(x.gen(), x.off, x.n, elemSize[T]())
	if err != nil {
		at.leave()
		return nil, blockID{}, err
	}
	return at, blockID{x.off, x.gen()}, nil
}

func (at *attachment) claimable(gen uint32, off, n, size uint64) error {
	if at.readOnly() {
		return ErrReadOnly
	}
	if !at.heap.resolve(gen, off, n, size) {
		return ErrFreed
	}
	return nil
}

func (at *attachment) freeze(b blockID) error {
	at.freezing.Lock()
	defer at.freezing.Unlock()
	if f, ok := at.freezes[b.off]; ok && f.gen == b.gen {
		return nil
	}
	t, _, err := at.heap.holds.take(holdFrozen, b, func() bool { return true })
	if err != nil {
		return err
	}
	pages := at.heap.pages(b)
	if err := protect(pages, false); err != nil {
		at.heap.holds.drop(t, holdFrozen)
		return err
	}
	if at.freezes == nil {
		at.freezes = map[uint64]freeze{}
	}
	at.freezes[b.off] = freeze{b.gen, t, pages}
	return nil
}

func (at *attachment) thaw(b blockID) error {
	at.freezing.Lock()
	defer at.freezing.Unlock()
	f, ok := at.freezes[b.off]
	if !ok || f.gen != b.gen {
		return argument("it was not frozen by this process")
	}
	if err := at.heap.holds.giveUp(f.ticket, b); err != nil {
		return err
	}
	delete(at.freezes, b.off)
	return protect(f.pages, true)
}

// giveUp ends a freeze, unless a snapshot relies on it.
func (hs *holds) giveUp(t ticket, b blockID) error {
	if err := hs.lock(); err != nil {
		return err
	}
	defer hs.mu.release()
	if hs.any(b.off, b.gen, shots) {
		return fmt.Errorf("a snapshot of it is open: %w", ErrBusy)
	}
	if !hs.drop(t, holdFrozen) {
		return fmt.Errorf("the hold is gone: %w", ErrCorrupt)
	}
	return nil
}

// Snapshot is a private view of an array: what it held at one moment, to be
// written to without anybody seeing it. It is of the process that made it; close
// it there.
type Snapshot[T any] struct {
	s      []T
	pages  []byte // a private mapping, or nil if s was copied
	handed bool
	drop   func() error // ends what keeps the pages as they are; nil after Close
}

// Snapshot returns a private view of the array, copy-on-write: memory is used, and
// time, for the pages that are written to, and the array stays as it is.
//
// The kernel shares the pages that were not written to yet, so changes of the
// array would show in them. So that is done only if the array has more than 32 KiB
// and is frozen ([Array.Freeze], by any process); otherwise Snapshot copies it at
// once. Until a snapshot that shares pages is closed the array cannot be freed ([ErrHeld]) or thawed, and
// this process cannot close the arena ([ErrBusy]). If this process dies, what it
// held is dropped.
//
// Errors: [ErrFreed], [ErrClosed], [ErrFull], [ErrBusy], those of mmap.
func (x Array[T]) Snapshot() (*Snapshot[T], error) {
	s, err := x.snapshot()
	if err != nil {
		return nil, fmt.Errorf("shmarena: snapshot at %#x: %w", x.off, err)
	}
	return s, nil
}

func (x Array[T]) snapshot() (*Snapshot[T], error) {
	at, b, err := x.claimable()
	if errors.Is(err, ErrReadOnly) || errors.Is(err, ErrArgument) {
		return x.copied()
	}
	if err != nil {
		return nil, err
	}
	hs := at.heap.holds
	if at.heap.pages(b) == nil {
		at.leave()
		return x.copied()
	}
	t, frozen, err := hs.take(holdSnapshot, b, func() bool { return hs.any(b.off, b.gen, quiet) })
	if err != nil || !frozen {
		at.leave()
		if err != nil {
			return nil, err
		}
		return x.copied()
	}
	drop := func() error {
		defer at.leave()
		hs.drop(t, holdSnapshot)
		return nil
	}
	pages, err := mapPrivate(at.file.f, x.off, x.n*elemSize[T]())
	if err != nil {
		return nil, errors.Join(err, drop())
	}
	return &Snapshot[T]{s: elements[T](pages, x.n), pages: pages, drop: drop}, nil
}

// copied is a snapshot that is a copy.
func (x Array[T]) copied() (*Snapshot[T], error) {
	c := &Snapshot[T]{drop: func() error { return nil }}
	err := x.With(func(s []T) error {
		c.s = append([]T(nil), s...)
		return nil
	})
	return c, err
}

// Slice returns the elements; they can be written to. Nil after Close, which keeps
// their addresses for good, without access, in case a slice is used too late.
// Where snapshots come and go, [Snapshot.With] costs no addresses.
func (s *Snapshot[T]) Slice() []T {
	s.handed = true
	return s.s
}

// With calls f with the elements, which must not be used after. f is called with
// nil after Close.
func (s *Snapshot[T]) With(f func(s []T) error) error { return f(s.s) }

// Copied is how many bytes this process has a copy of: all of them if the array
// was not frozen, otherwise those of the pages that were written to, as the kernel
// counts them.
func (s *Snapshot[T]) Copied() (int64, error) {
	if s.pages == nil {
		return int64(uint64(len(s.s)) * elemSize[T]()), nil
	}
	n, err := privatePages(s.pages)
	if err != nil {
		return 0, fmt.Errorf("shmarena: snapshot: %w", err)
	}
	return n, nil
}

// Close gives the view up. Slices onto a mapping must not be used after, and
// fault. Calling it again does nothing. Close and Slice are not for several
// goroutines at once.
func (s *Snapshot[T]) Close() error {
	if s.drop == nil {
		return nil
	}
	drop := s.drop
	s.drop, s.s = nil, nil
	pages := s.pages
	s.pages = nil
	return errors.Join(retire(pages, s.handed), drop())
}
