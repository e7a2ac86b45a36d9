package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Consumer is the right to pop from a ring, held by one process at a time. One goroutine at a time
// may use it.
type Consumer[T any] struct {
	slots slots[T]
	next  uint64         // index of the next message
	head  *atomic.Uint64 // where it is published
	bell  *atomic.Uint32 // toConsumer
	fast  bool           // head is published by a plain MOV; the producer brings the fence before it sleeps
	earn  earner
	since uint64 // next when a pop failed last: see fallBehind
	lag   uint32 // PAUSE that it takes to fall behind

	ring   *SPSC[T]
	member futex.Member
}

// TryPop moves the oldest message to dst, or fails at once and leaves dst as it was: ErrEmpty,
// ErrClosed when the ring is closed and drained, ErrCorrupt. It makes a system call only to wake a
// producer that sleeps.
//
// The first failure behind 64 pops in a row takes up to some microseconds longer: see fallBehind.
func (c *Consumer[T]) TryPop(dst *T) error {
	if c.bell.Load()&^(parked|closed) != 0 {
		return c.halted()
	}
	s := c.slots.at(c.next)
	if s.stamp.Load() != c.next+1 {
		c.since = fallBehind(c.since, c.next, c.lag)
		if err := c.empty(); err != nil {
			return err
		}
	}
	*dst = s.value
	c.next++
	if plainStores && c.fast {
		// The stamp holds this already. The store makes the slot's line ours alone: a line that both
		// have read costs the producer far more at its next lap than one that only we have.
		storeBoth(&s.stamp, c.head, c.next)
	} else {
		c.storeFenced(c.next)
	}
	if c.bell.Load()&parked != 0 {
		c.wake()
	}
	return nil
}

// storeFenced moves head, and does not let the look at the bell that follows come before that.
func (c *Consumer[T]) storeFenced(next uint64) {
	c.head.Store(next)
	if plainStores && c.earn.ready() {
		c.fast = goPlain(c.ring.plainPop)
	}
}

// Seq is the sequence number of the message that the next pop returns; the message popped last had
// Seq()-1. Numbers go on through a change of consumer, so that a receiver can drop what it was
// given twice.
func (c *Consumer[T]) Seq() uint64 { return c.next }

// empty says why the next slot cannot be popped; nil if it can after all.
func (c *Consumer[T]) empty() error {
	isClosed := c.bell.Load()&closed != 0 // before the stamp: see Close
	switch got := c.slots.at(c.next).stamp.Load(); {
	case got == c.next+1:
		return nil
	case got != c.ring.stale(c.next) && !c.ring.withdrawn(c.next, got):
		return c.ring.poison("stamp", got)
	case isClosed:
		return ErrClosed
	}
	return ErrEmpty
}
