package ringbuf

import (
	"fmt"
	"math/bits"
	"sync/atomic"
)

// MPMC is a ring that carries values of type T from many producers to many consumers: each value
// goes to one of them. It is a view of memory that the caller owns; any number of MPMC values, in
// any processes, may look at the same memory. Its methods may be called at once; pushing and popping
// are done through a Sender and a Receiver, of which each goroutine has its own.
//
// Values come out in the order in which their cells were claimed: those of one Sender in the order
// of its pushes. A push that is not done yet holds up what was pushed behind it.
//
// Every cell that somebody works on names the process that does. A process killed in the middle of
// a push leaves a gap, which is skipped; one killed in the middle of a pop leaves a value that is
// delivered again, to somebody else and out of its order: at least once. Either is repaired by
// whoever is held up by it, and the capacity is whole again. A stopped process lives, and what it
// works on is waited for. The doc comments of Push and Pop say what that costs.
//
// The algorithm is the array queue of D. Vyukov (2010) with a sequence number in each cell, without
// its tickets: a ticket that is taken by moving the tail leaves a cell of which nobody knows whose
// it is. Here the claim of the cell is the ticket, and the tail follows it.
type MPMC[T any] struct {
	cells slots[T]
	size  uint64 // capacity: checked when the ring was opened, never loaded again
	shift uint64 // i << shift has the lap of value i in its upper half
	mode  Overflow

	toSenders, toReceivers *atomic.Uint32 // bells
	plainPush, plainPop    *atomic.Uint32
	tail, head             *atomic.Uint64 // hints
	strays                 *atomic.Uint32
	dropped                *atomic.Uint64
	senders, receivers     *[seats]atomic.Uint32
}

// SizeMPMC is the number of bytes that a ring of at least capacity values of T needs. The capacity
// is rounded up to a power of two. T must be plain data (pod.ErrNotPOD otherwise); ErrSize refuses
// a capacity below 1 or above 1<<30, and a size that overflows an int.
func SizeMPMC[T any](capacity int) (int, error) { return sizeOf[T](mpmcKind, capacity) }

// NewMPMC formats mem as an empty ring and opens it. Formatting again is how a poisoned ring is
// reset.
//
// Preconditions:
//   - mem is shared by all processes that use the ring, and stays mapped while they do;
//   - nobody uses a ring in mem.
//
// ErrSize says that mem is smaller than SizeMPMC or not aligned to 64 bytes, ErrMode that there is
// no such overflow mode.
func NewMPMC[T any](mem []byte, o Options) (*MPMC[T], error) { return newMPMC[T](mem, o, 0) }

// newMPMC is NewMPMC with the number of the first value.
func newMPMC[T any](mem []byte, o Options, first uint64) (*MPMC[T], error) {
	s, err := format[T](mpmcKind, mem, o)
	if err != nil {
		return nil, err
	}
	r := mpmcIn[T](mem, s)
	for i := first; i != first+r.size; i++ {
		r.cells.at(i).stamp.Store(r.lap(i))
	}
	r.tail.Store(first)
	r.head.Store(first)
	mpmcKind.seal(mem, s)
	return r, nil
}

// AttachMPMC opens the ring that NewMPMC made in mem, perhaps in another process. It refuses memory
// that holds no such ring (ErrMagic), one of another version (ErrVersion), of another type
// (ErrType), capacity (ErrCapacity, unless 0 is asked for) or overflow mode (ErrMode), one larger
// than mem (ErrSize), and a damaged header (ErrCorrupt).
//
// Preconditions:
//   - mem stays mapped while the ring is used.
func AttachMPMC[T any](mem []byte, o Options) (*MPMC[T], error) {
	s, err := enter[T](mpmcKind, mem, o)
	if err != nil {
		return nil, err
	}
	return mpmcIn[T](mem, s), nil
}

// mpmcIn is the ring in mem. Its caller has checked that mem holds it.
func mpmcIn[T any](mem []byte, s shape) *MPMC[T] {
	return &MPMC[T]{
		cells: cellsAt[T](mem, offCells, s.capacity, s.stride),
		size:  s.capacity, mode: s.mode,
		shift:     uint64(32 - bits.TrailingZeros64(s.capacity)),
		toSenders: word32(mem, offToSenders), toReceivers: word32(mem, offToReceivers),
		plainPush: word32(mem, offManyPlainPush), plainPop: word32(mem, offManyPlainPop),
		tail: word64(mem, offManyTail), head: word64(mem, offManyHead),
		strays: word32(mem, offStrays), dropped: word64(mem, offDropped),
		senders: seatsAt(mem, offSenders), receivers: seatsAt(mem, offReceivers),
	}
}

// lap is EMPTY(lap) of value i.
func (r *MPMC[T]) lap(i uint64) uint64 { return lapOf(i, r.shift) }

func lapOf(i, shift uint64) uint64 { return i << (shift & 63) &^ (lapUnit - 1) }

// ahead is by how many laps the cell's word w is ahead of the lap of value i.
func ahead(w, lap uint64) int64 { return int64(int32(uint32(w>>32) - uint32(lap>>32))) }

// Cap is the number of values that fit.
func (r *MPMC[T]) Cap() int { return int(r.size) }

// Len is the number of values between the next one to be taken and the next one to be pushed: exact
// while nobody pushes or pops, but for values of dead processes that were not repaired yet, and
// always within 0..Cap. It costs some cache misses and is meant for reports.
func (r *MPMC[T]) Len() int {
	head, tail := r.head.Load(), r.tail.Load()
	for range walkMore {
		w, lap := r.cells.at(head).stamp.Load(), r.lap(head)
		if d := ahead(w, lap); d < 0 || d == 0 && w&stateMask != cellTaken {
			break
		}
		head++
	}
	for range walkMore {
		w, lap := r.cells.at(tail).stamp.Load(), r.lap(tail)
		if w == lap || ahead(w, lap) < 0 {
			break
		}
		tail++
	}
	return int(max(0, min(int64(tail-head), int64(r.size))))
}

// Dropped is how many values were overwritten, in the mode DropOldest. A value whose place was
// taken by a push that was killed in the same instant may be missing in it.
func (r *MPMC[T]) Dropped() uint64 { return r.dropped.Load() }

// Close ends the ring: every later push fails with ErrClosed, pops go on until the ring is empty
// and fail with ErrClosed then, and whoever sleeps in either is woken, in all processes. Closing
// twice is nothing. Anybody who has the ring may close it.
//
// A push looks at the bell between its claim and its commit. So of a receiver that sees the flag
// and then a cell that nobody has claimed, and a push whose claim comes later, the push sees the
// flag too.
func (r *MPMC[T]) Close() error {
	r.toSenders.Or(closed)
	r.wakeAll()
	return nil
}

// poison makes every later call of both sides fail, and returns what it fails with.
func (r *MPMC[T]) poison(what string, got uint64) error {
	r.toSenders.Or(poisoned)
	r.toReceivers.Or(poisoned)
	r.wakeAll()
	return fmt.Errorf("%w: %s is %#x", ErrCorrupt, what, got)
}

func (r *MPMC[T]) wakeAll() {
	ringAll(r.toSenders)
	ringAll(r.toReceivers)
}

// halted is why the holder of this bell cannot go on.
func (r *MPMC[T]) halted(bell *atomic.Uint32) error {
	switch {
	case bell == &gone:
		panic("ringbuf: use of a released role")
	case bell.Load()&poisoned != 0:
		return ErrCorrupt
	default:
		return ErrClosed
	}
}

// walkMore bounds a walk along the cells, apart from the capacity: each step of it is somebody's
// progress, and a hostile one might never end.
const walkMore = 1 << 12

// advance moves a hint, which never goes back. It may be left to the next one who tries.
//
//go:noinline
func advance(hint *atomic.Uint64, to uint64) {
	for range 4 {
		if at := hint.Load(); int64(to-at) <= 0 || hint.CompareAndSwap(at, to) {
			return
		}
	}
}
