package ringbuf

import (
	"fmt"
	"math"

	"github.com/shmengine/shmengine/futex"
)

// Producer gives the right to write for m's process. In a ring of one producer that is a role:
// ErrBusy says that a live process has it, this one included, and a dead process's role is taken
// over. In a ring of many it is always given, any number of times. Each BytesProducer belongs to
// one goroutine at a time.
func (r *Bytes) Producer(m futex.Member) (*BytesProducer, error) {
	p := &BytesProducer{ring: r, data: r.data, bell: r.toProducer, id: uint32(m.ID()), member: m}
	if r.many {
		p.lock = r.mutex.As(m)
	} else if err := r.claim(r.producer, m); err != nil {
		return nil, fmt.Errorf("claim producer: %w", err)
	}
	head, tail := r.head.Load(), r.tail.Load()
	if !r.many {
		if !r.spans(head, tail) {
			r.producer.CompareAndSwap(p.id, 0)
			return nil, fmt.Errorf("claim producer: %w", r.poison("tail", tail))
		}
		r.plainPush.Store(0)
	}
	p.tail, p.limit = tail, head+r.size
	return p, nil
}

// Consumer takes the role of the consumer for m's process. ErrBusy says that a live process has it,
// this one included. A dead process's role is taken over: reading goes on at the first record that
// it had not given back, which it may have read already (see Seq).
func (r *Bytes) Consumer(m futex.Member) (*BytesConsumer, error) {
	if err := r.claim(r.consumer, m); err != nil {
		return nil, fmt.Errorf("claim consumer: %w", err)
	}
	head := r.head.Load()
	if tail := r.tail.Load(); !r.spans(head, tail) {
		r.consumer.CompareAndSwap(uint32(m.ID()), 0)
		return nil, fmt.Errorf("claim consumer: %w", r.poison("head", head))
	}
	r.plainPop.Store(0)
	return &BytesConsumer{
		ring: r, data: r.data, bell: r.toConsumer, next: head, limit: head, done: head, member: m,
	}, nil
}

// Release gives the role back. What was written stays in the ring. The handle must not be used any
// more. It panics if a lease of the handle is open.
func (p *BytesProducer) Release() {
	if p.open != 0 {
		panic("ringbuf: a producer is released with an open lease")
	}
	if p.ring.many {
		p.bell = &gone
		return
	}
	p.bell = giveUp(p.bell, p.ring.producer, p.member)
}

// Release gives the role back. The next consumer goes on behind the last record that was given
// back. The handle and its views must not be used any more.
func (c *BytesConsumer) Release() {
	c.bell = giveUp(c.bell, c.ring.consumer, c.member)
}

// tooLarge is the error of a message of n bytes.
func (r *Bytes) tooLarge(n int) error {
	return fmt.Errorf("%w: %d bytes, at most %d in a ring of %d", ErrTooLarge, n, r.MaxMessage(), r.size)
}

// fits says whether a record can have n bytes of payload.
func (r *Bytes) fits(n int) bool { return n >= 0 && n <= math.MaxInt32 && n <= r.MaxMessage() }
