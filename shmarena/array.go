package shmarena

import (
	"errors"
	"fmt"
	"math/bits"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// Array is a block of an arena that holds elements of type T: a plain value of
// 24 bytes that may be copied, compared, stored in shared memory and sent to
// other processes. It is good in every process that has the arena attached, at
// whatever address, until somebody frees it. The zero Array has no elements.
type Array[T any] struct {
	_   [0]*T // an Array of another type does not convert to this one; see pod for why a pointer
	id  arrayID
	off uint64
	n   uint64
}

// arrayID is the arena of an array and the generation of its block. They are one
// field because the compiler keeps a struct of up to four in registers, and one of
// five in memory, where copying it waits for what was stored in smaller pieces.
//
//	generation:32 | arena:32
type arrayID uint64

func makeArray[T any](arena, gen uint32, off, n uint64) Array[T] {
	return Array[T]{id: arrayID(gen)<<32 | arrayID(arena), off: off, n: n}
}

func (x Array[T]) arena() uint32 { return uint32(x.id) }
func (x Array[T]) gen() uint32   { return uint32(x.id >> 32) }

// Handle is something that lives in an arena and can be published by name.
type Handle interface {
	handle() handle
}

// handle is what the directory keeps of a Handle.
type handle struct {
	arena, gen uint32
	off, n     uint64
	typ        reflect.Type
}

func (x Array[T]) handle() handle {
	return handle{x.arena(), x.gen(), x.off, x.n, reflect.TypeFor[T]()}
}

// The panics of Slice and Part.
const (
	panicForeign = "shmarena: slice of an array whose arena is not attached, or is closed"
	panicFreed   = "shmarena: slice of an array that was freed, or never was one"
)

// Alloc returns a zeroed array of n elements in the arena, 64-byte aligned. Its
// memory is reserved: a full /dev/shm is an [ErrNoSpace] here and never a
// SIGBUS later. The block belongs to nobody: it stays until some process
// frees it, whether or not this one lives.
//
// A block of up to 32 KiB is one of a class of small blocks, of which a span of
// 64 KiB holds as many as fit; each process has spans of its own for each class
// that it uses. A larger block takes whole spans of the arena's capacity, but
// only as much memory as it has pages.
//
// Errors: [ErrArgument] if n is not positive, [ErrNoSpace], [ErrNotPOD],
// [ErrClosed], [ErrReadOnly], [ErrBusy], [ErrCorrupt].
func Alloc[T any](a *Arena, n int) (Array[T], error) {
	x, err := alloc[T](a, n, defaultAlign)
	if err != nil {
		return Array[T]{}, fmt.Errorf("shmarena: %s: alloc %d of %v: %w", a, n, reflect.TypeFor[T](), err)
	}
	return x, nil
}

func alloc[T any](a *Arena, n int, align uintptr) (Array[T], error) {
	if err := checkElem[T](); err != nil {
		return Array[T]{}, err
	}
	off, gen, err := a.allocate(n, uintptr(elemSize[T]()), align)
	if err != nil {
		return Array[T]{}, err
	}
	return makeArray[T](a.at.id, gen, off, uint64(n)), nil
}

// checkElem is pod.Check of a T. Numbers need no look.
func checkElem[T any]() error {
	t := reflect.TypeFor[T]()
	if k := t.Kind(); k < reflect.Int || k > reflect.Complex128 || k == reflect.Uintptr {
		return pod.Check(t)
	}
	return nil
}

// allocate allocates a block of n elements of a size.
func (a *Arena) allocate(n int, size, align uintptr) (off uint64, gen uint32, err error) {
	if n <= 0 {
		return 0, 0, argument("%d elements", n)
	}
	at := a.at
	bytes, ok := sizeOf(n, size)
	if ok && bytes <= at.header.capacity && at.leaks == nil && !at.readOnly() && !a.closed.Load() {
		if c, small := classAligned(bytes, uint64(align)); small {
			if off, gen, err = at.heap.allocSmall(c, bytes); err != nil {
				err = a.explain(err)
			}
			return off, gen, err
		}
	}
	if at, err = a.enterWrite(); err != nil {
		return 0, 0, err
	}
	off, gen, err = at.allocate(n, size, align)
	at.leave()
	return off, gen, err
}

// explain is located for a call that was not counted.
func (a *Arena) explain(err error) error {
	at, closed := a.enter()
	if closed != nil {
		return closed
	}
	defer at.leave()
	return at.located(err)
}

// allocate is Arena.allocate with the arena entered.
func (at *attachment) allocate(n int, size, align uintptr) (off uint64, gen uint32, err error) {
	bytes, ok := sizeOf(n, size)
	if !ok || bytes > at.header.capacity {
		return 0, 0, at.tooLarge(bytes, ok)
	}
	off, gen, err = at.heap.allocate(bytes, uint64(align))
	if err != nil {
		return 0, 0, at.located(err)
	}
	if at.leaks != nil {
		at.leaks.note(off, gen)
	}
	return off, gen, nil
}

// sizeOf multiplies, unless the product is beyond any arena.
func sizeOf(n int, size uintptr) (uint64, bool) {
	over, bytes := bits.Mul64(uint64(n), uint64(size))
	if over != 0 || bytes > maxSize {
		return 0, false
	}
	return bytes, true
}

// CopyIn returns a new array with the elements of s; the zero Array if there
// are none. Its errors are those of [Alloc].
func CopyIn[T any](a *Arena, s []T) (Array[T], error) {
	if len(s) == 0 {
		return Array[T]{}, pod.Check(reflect.TypeFor[T]())
	}
	x, err := Alloc[T](a, len(s))
	if err != nil {
		return x, err
	}
	copy(x.Slice(), s)
	return x, nil
}

// Len is the number of elements.
func (x Array[T]) Len() int { return int(x.n) }

// IsZero reports whether x is the zero Array, which has no block.
func (x Array[T]) IsZero() bool { return x == Array[T]{} }

// Part is Slice()[lo:hi], with no capacity beyond hi.
func (x Array[T]) Part(lo, hi int) []T { return x.Slice()[lo:hi:hi] }

// Check says whether Slice would succeed: nil, [ErrClosed] if the arena is not
// attached here, or [ErrFreed].
func (x Array[T]) Check() error {
	if x.IsZero() {
		return nil
	}
	at := attached(x.arena())
	if at == nil || at.enter() != nil {
		return ErrClosed
	}
	defer at.leave()
	if !at.heap.resolve(x.gen(), x.off, x.n, elemSize[T]()) {
		return ErrFreed
	}
	return nil
}

// Free gives the block back, from any process and any goroutine. Slices onto it
// must not be used any more. Freeing the zero Array does nothing.
//
// Errors: [ErrBadFree] if the array was freed before, or is not one that Alloc
// returned; [ErrHeld] while a living process has it frozen, has a snapshot of it
// or a reference to it: nothing has changed then, and the call can be made again;
// [ErrReadOnly]; [ErrClosed] if its arena is not attached here; [ErrOverrun] in a
// checked arena, and the block stays; [ErrBusy] and [ErrCorrupt], after which
// the memory of a large block comes back when this process ends.
func (x Array[T]) Free() error {
	if x.IsZero() {
		return nil
	}
	at := attached(x.arena())
	if at != nil && at.heap.freeNear(x.gen(), x.off, x.n, elemSize[T]()) {
		return nil
	}
	if at == nil || at.enter() != nil {
		return fmt.Errorf("shmarena: free: %w", ErrClosed)
	}
	err := error(ErrReadOnly)
	if !at.readOnly() {
		err = at.heap.freeBlock(x.gen(), x.off, x.n, elemSize[T]())
	}
	at.leave()
	if err != nil {
		return fmt.Errorf("shmarena: free at %#x: %w", x.off, err)
	}
	return nil
}

// Arena returns the attached arena that the array lies in. The handle is
// borrowed from whoever opened it: do not close it.
func (x Array[T]) Arena() (*Arena, bool) {
	registry.attaching.Lock()
	defer registry.attaching.Unlock()
	at := attached(x.arena())
	if at == nil {
		return nil, false
	}
	return at.handles[0], true
}

// located adds to an error about space what the arena has.
func (at *attachment) located(err error) error {
	var full *NoSpaceError
	if errors.As(err, &full) && full.Cap < 0 {
		full.Op, full.Cap = "alloc", int64(at.header.capacity)
		full.Free = full.Cap - load(&at.heap.ctl.used)<<spanShift
	}
	return err
}

// tooLarge is the error of an allocation beyond the capacity.
func (at *attachment) tooLarge(bytes uint64, known bool) error {
	if !known {
		return argument("more than %d bytes", int64(maxSize))
	}
	free := int64(at.header.capacity) - load(&at.heap.ctl.used)<<spanShift
	return &NoSpaceError{
		Op: "alloc", Asked: int64(bytes), Cap: int64(at.header.capacity),
		Free: free, Largest: -1, Backing: -1,
	}
}
