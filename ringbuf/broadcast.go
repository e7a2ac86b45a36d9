package ringbuf

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Broadcast is a ring from which each of many subscribers gets every value of type T, in order, from
// one publisher. It is a view of memory that the caller owns; any number of Broadcast values, in any
// processes, may look at the same memory. Its methods may be called at once; publishing is done by
// the holder of the role, and reading through a Subscriber, of which each goroutine has its own.
//
// In the mode Block the publisher waits for the slowest of at most 64 subscribers, each of which has
// a cursor in the ring. One whose process is dead is waited for no more; one whose process is stopped
// is. In the mode DropOldest nobody is waited for, and there may be any number of subscribers: one
// that was lapped is told how much it has lost, and goes on at a value that is whole.
type Broadcast[T any] struct {
	cells slots[T]
	size  uint64 // capacity: checked when the ring was opened, never loaded again
	mode  Overflow
	mem   []byte // of the subscribers' entries and cursors

	toPublisher, toSubscribers *atomic.Uint32 // bells
	publisher                  *atomic.Uint32 // role
	plainPublish, plainRead    *atomic.Uint32
	tail, reserved, floor      *atomic.Uint64
}

// SizeBroadcast is the number of bytes that a broadcast of at least capacity values of T needs. The
// capacity is rounded up to a power of two, at least 2. Errors are those of SizeMPMC.
func SizeBroadcast[T any](capacity int) (int, error) { return sizeOf[T](castKind, capacity) }

// NewBroadcast formats mem as an empty broadcast and opens it. Formatting again is how a poisoned one
// is reset. Preconditions and errors are those of NewMPMC.
func NewBroadcast[T any](mem []byte, o Options) (*Broadcast[T], error) {
	return newBroadcast[T](mem, o, 0)
}

// newBroadcast is NewBroadcast with the number of the first value.
func newBroadcast[T any](mem []byte, o Options, first uint64) (*Broadcast[T], error) {
	s, err := format[T](castKind, mem, o)
	if err != nil {
		return nil, err
	}
	b := broadcastIn[T](mem, s)
	for i := first; i != first+b.size; i++ {
		b.cells.at(i).stamp.Store(i + 1 - b.size)
	}
	b.tail.Store(first)
	b.reserved.Store(first)
	b.floor.Store(first)
	castKind.seal(mem, s)
	return b, nil
}

// AttachBroadcast opens the broadcast that NewBroadcast made in mem, perhaps in another process. It
// refuses what AttachMPMC does, with the same errors.
//
// Preconditions:
//   - mem stays mapped while the broadcast is used.
func AttachBroadcast[T any](mem []byte, o Options) (*Broadcast[T], error) {
	s, err := enter[T](castKind, mem, o)
	if err != nil {
		return nil, err
	}
	return broadcastIn[T](mem, s), nil
}

// broadcastIn is the broadcast in mem. Its caller has checked that mem holds it.
func broadcastIn[T any](mem []byte, s shape) *Broadcast[T] {
	return &Broadcast[T]{
		cells: cellsAt[T](mem, offCastCells, s.capacity, s.stride),
		size:  s.capacity, mode: s.mode, mem: mem[:offCastCells:offCastCells],
		toPublisher: word32(mem, offToPublisher), toSubscribers: word32(mem, offToSubscribers),
		publisher:    word32(mem, offPublisher),
		plainPublish: word32(mem, offPlainPublish), plainRead: word32(mem, offPlainRead),
		tail: word64(mem, offCastTail), reserved: word64(mem, offReserved), floor: word64(mem, offFloor),
	}
}

// entry and cursor are the words of subscriber k.
func (b *Broadcast[T]) entry(k int) *atomic.Uint32 {
	return word32(b.mem, offSubscribers+k*subscriberStride)
}

func (b *Broadcast[T]) cursor(k int) *atomic.Uint64 {
	return word64(b.mem, offSubscribers+k*subscriberStride+offCursor)
}

// Cap is the number of values that the ring keeps.
func (b *Broadcast[T]) Cap() int { return int(b.size) }

// Len is how many values a subscriber that joins now could ask for: at most Cap.
func (b *Broadcast[T]) Len() int {
	tail := b.tail.Load()
	return int(max(0, min(int64(tail-b.oldest()), int64(b.size))))
}

// oldest is the first value that is not being overwritten.
func (b *Broadcast[T]) oldest() uint64 {
	o := b.reserved.Load() - b.size // before floor: see Publisher
	if floor := b.floor.Load(); int64(o-floor) < 0 {
		return floor
	}
	return o
}

// Close ends the broadcast: every later publication fails with ErrClosed, subscribers read what is
// there and get ErrClosed then, and whoever sleeps is woken, in all processes. Closing twice is
// nothing. Anybody who has the broadcast may close it.
//
// The bell of the publisher is set first, and every publication that missed it has said so in
// reserved before that of the subscribers is set: a subscriber that reads "closed", and then that
// nothing is reserved, has seen every value whose publication returned nil.
func (b *Broadcast[T]) Close() error {
	b.toPublisher.Or(closed)
	if b.plainPublish.Load() != 0 {
		heavyBarrier()
	}
	b.toSubscribers.Or(closed)
	b.wakeAll()
	return nil
}

// poison makes every later call of both sides fail, and returns what it fails with.
func (b *Broadcast[T]) poison(what string, got uint64) error {
	b.toPublisher.Or(poisoned)
	b.toSubscribers.Or(poisoned)
	b.wakeAll()
	return fmt.Errorf("%w: %s is %#x", ErrCorrupt, what, got)
}

func (b *Broadcast[T]) wakeAll() {
	ringAll(b.toPublisher)
	ringAll(b.toSubscribers)
}

// spread finishes a Close or a poisoning that reached one bell only, and says whether the publisher
// is dead.
func (b *Broadcast[T]) spread(m futex.Member) (publisherDied bool) {
	both := b.toPublisher.Load() ^ b.toSubscribers.Load()
	switch {
	case both&poisoned != 0:
		_ = b.poison("bell", uint64(both))
	case both&closed != 0:
		_ = b.Close()
	}
	return b.publisherDied(m)
}

func (b *Broadcast[T]) publisherDied(m futex.Member) bool {
	id := b.publisher.Load()
	return id != 0 && !m.Alive(futex.ID(id)) && b.publisher.Load() == id
}

// halted is why the holder of this bell cannot go on.
func (b *Broadcast[T]) halted(bell *atomic.Uint32) error {
	switch {
	case bell == &gone:
		panic("ringbuf: use of a released role")
	case bell.Load()&poisoned != 0:
		return ErrCorrupt
	default:
		return ErrClosed
	}
}

// lapOfStamp says which value the stamp of value i's cell speaks of, as the distance from i, and
// whether that one is there or still being written.
func (b *Broadcast[T]) lapOfStamp(stamp, i uint64) (ahead int64, whole, ok bool) {
	switch (stamp - i) & (b.size - 1) {
	case 0:
		return int64(stamp - i), false, true
	case 1:
		return int64(stamp - 1 - i), true, true
	}
	return 0, false, false
}
