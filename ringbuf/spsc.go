package ringbuf

import (
	"fmt"
	"math/bits"
	"reflect"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/pod"
)

// SPSC is a ring that carries values of type T from one producer to one consumer, in order. It is a
// view of memory that the caller owns; any number of SPSC values, in any processes, may look at the
// same memory. Its methods may be called at once; pushing and popping are done by the holders of
// the two roles, Producer and Consumer.
type SPSC[T any] struct {
	slots slots[T]
	size  uint64 // capacity: checked when the ring was opened, never loaded again

	sides
	head *atomic.Uint64
}

// SizeSPSC is the number of bytes that a ring of at least capacity values of T needs. The capacity
// is rounded up to a power of two. T must be plain data (pod.ErrNotPOD otherwise); ErrSize refuses
// a capacity below 1 or above 1<<30, and a size that overflows an int.
func SizeSPSC[T any](capacity int) (int, error) {
	if err := pod.Check(reflect.TypeFor[T]()); err != nil {
		return 0, fmt.Errorf("size ring: %w", err)
	}
	if capacity < 1 || capacity > maxCapacity {
		return 0, fmt.Errorf("size ring: %w: capacity %d is not in 1..%d", ErrSize, capacity, maxCapacity)
	}
	if elementSize[T]() > maxElement {
		return 0, fmt.Errorf("size ring: %w: element of %d bytes, at most %d", ErrSize, elementSize[T](), maxElement)
	}
	n := offSlots + roundUp(capacity)*strideOf[T]() // at most 2^9 + 2^30 * (2^30+64) < 2^61
	if n > maxInt {
		return 0, fmt.Errorf("size ring: %w: %d bytes", ErrSize, n)
	}
	return int(n), nil
}

// NewSPSC formats mem as an empty ring of at least capacity values of T and opens it. Formatting
// again is how a poisoned ring is reset.
//
// Preconditions:
//   - mem is shared by all processes that use the ring, and stays mapped while they do;
//   - nobody uses a ring in mem.
//
// ErrSize says that mem is smaller than SizeSPSC or not aligned to 64 bytes.
func NewSPSC[T any](mem []byte, capacity int) (*SPSC[T], error) {
	return newSPSC[T](mem, capacity, 0)
}

// newSPSC is NewSPSC with the sequence number of the first message.
func newSPSC[T any](mem []byte, capacity int, first uint64) (*SPSC[T], error) {
	n, err := SizeSPSC[T](capacity)
	if err != nil {
		return nil, err
	}
	if len(mem) < n || !aligned(mem) {
		return nil, fmt.Errorf("format ring: %w: memory of %d bytes, need %d aligned to %d", ErrSize, len(mem), n, slotAlign)
	}
	word64(mem, offMagic).Store(0) // never a valid ring while half made
	r := view[T](mem, roundUp(capacity))
	clear(mem[offMagic+8 : offSlots])
	for i := range r.size {
		r.slots.at(first + i).stamp.Store(r.stale(first + i))
	}
	r.head.Store(first)
	h := headerOf[T](r.size)
	h.write(mem)
	return r, nil
}

// AttachSPSC opens the ring that NewSPSC made in mem, perhaps in another process. It refuses memory
// that holds no ring (ErrMagic), one of another version (ErrVersion) or of another type (ErrType),
// one larger than mem (ErrSize), and a damaged header (ErrCorrupt).
//
// Preconditions:
//   - mem stays mapped while the ring is used.
func AttachSPSC[T any](mem []byte) (*SPSC[T], error) {
	if err := pod.Check(reflect.TypeFor[T]()); err != nil {
		return nil, fmt.Errorf("attach ring: %w", err)
	}
	if len(mem) < offSlots || !aligned(mem) {
		return nil, fmt.Errorf("attach ring: %w: memory of %d bytes, need %d aligned to %d", ErrSize, len(mem), offSlots, slotAlign)
	}
	capacity, err := validate[T](mem)
	if err != nil {
		return nil, fmt.Errorf("attach ring: %w", err)
	}
	return view[T](mem, capacity), nil
}

// view is the ring in mem. Its caller has checked that mem holds capacity slots.
func view[T any](mem []byte, capacity uint64) *SPSC[T] {
	return &SPSC[T]{
		slots: slotsOf[T](mem, capacity, strideOf[T]()),
		size:  capacity,
		sides: sidesOf(mem),
		head:  word64(mem, offHead),
	}
}

// Cap is the number of values that fit.
func (r *SPSC[T]) Cap() int { return int(r.size) }

// Len is the number of values stored, exact while nobody pushes or pops and always within 0..Cap.
// It costs about log2(Cap) cache misses and is meant for reports, not for deciding whether to push.
func (r *SPSC[T]) Len() int {
	head := r.head.Load()
	lo, hi := uint64(0), r.size // the first lo slots are full, those from hi on are not
	for lo < hi {
		mid := (lo + hi) / 2
		if i := head + mid; r.slots.at(i).stamp.Load() == i+1 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return int(lo)
}

// stale is what the stamp of message i's slot holds before message i is stored there.
func (r *SPSC[T]) stale(i uint64) uint64 { return i + 1 - r.size }

// withdrawn reports whether the slot of message i may hold the stamp got because the message a lap
// before was taken back (see retract) while it was popped. Only a closed ring can hold that.
func (r *SPSC[T]) withdrawn(i, got uint64) bool {
	return got == r.stale(i-r.size) && r.toProducer.Load()&closed != 0
}

// Close ends the ring: every later push fails with ErrClosed, pops go on until the ring is empty
// and fail with ErrClosed then, and whoever sleeps in either is woken, in all processes. Closing
// twice is nothing. Anybody who has the ring may close it.
//
// The bell of the producer is set first and every push that missed it is made visible before that
// of the consumer: a consumer that reads "closed" and then an empty ring has seen every message
// whose push returned nil.
func (r *SPSC[T]) Close() error {
	r.end()
	return nil
}

const (
	everyone = 1<<31 - 1
	maxInt   = uint64(^uint(0) >> 1)
)

func roundUp(capacity int) uint64 { return 1 << bits.Len64(uint64(capacity-1)) }

func strideOf[T any]() uint64 {
	return (stampSize + elementSize[T]() + slotAlign - 1) &^ (slotAlign - 1)
}
