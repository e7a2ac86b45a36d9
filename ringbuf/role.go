package ringbuf

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// reservedID is the first id that no process has.
const reservedID = 1<<30 - 1

// Producer takes the role of the producer for m's process. ErrBusy says that a live process has it,
// this one included. A dead process's role is taken over: pushing goes on after the last message
// that it published, and what it had only half written is gone.
func (r *SPSC[T]) Producer(m futex.Member) (*Producer[T], error) {
	if err := r.claim(r.producer, m); err != nil {
		return nil, fmt.Errorf("claim producer: %w", err)
	}
	head := r.head.Load()
	next, err := r.tail(head)
	if err != nil {
		r.producer.CompareAndSwap(uint32(m.ID()), 0)
		return nil, fmt.Errorf("claim producer: %w", err)
	}
	r.plainPush.Store(0)
	return &Producer[T]{
		slots: r.slots, next: next, limit: next, seen: head, pace: paceOf(r.size), bell: r.toProducer, ring: r, member: m,
	}, nil
}

// Consumer takes the role of the consumer for m's process. ErrBusy says that a live process has it,
// this one included. A dead process's role is taken over: popping goes on at the first message
// whose slot it had not given back, which it may have read already (see Seq).
func (r *SPSC[T]) Consumer(m futex.Member) (*Consumer[T], error) {
	if err := r.claim(r.consumer, m); err != nil {
		return nil, fmt.Errorf("claim consumer: %w", err)
	}
	next := r.head.Load()
	if got := r.slots.at(next).stamp.Load(); got != next+1 && got != r.stale(next) && !r.withdrawn(next, got) {
		r.consumer.CompareAndSwap(uint32(m.ID()), 0)
		return nil, fmt.Errorf("claim consumer: %w", r.poison("stamp", got))
	}
	r.plainPop.Store(0)
	return &Consumer[T]{
		slots: r.slots, next: next, since: next, lag: lagOf(r.size), head: r.head, bell: r.toConsumer, ring: r, member: m,
	}, nil
}

// tail finds the end of what is stored, from the stamps, and resets those that a producer left
// behind it when it was killed inside a batch. A live consumer does not look past the tail; it may
// move head on meanwhile, which changes no stamp.
func (r *SPSC[T]) tail(head uint64) (uint64, error) {
	n := uint64(0)
	for n < r.size && r.slots.at(head+n).stamp.Load() == head+n+1 {
		n++
	}
	for i := head + n; i != head+r.size; i++ {
		switch stamp, got := &r.slots.at(i).stamp, r.slots.at(i).stamp.Load(); {
		case got == r.stale(i), r.withdrawn(i, got):
		case got == i+1:
			stamp.Store(r.stale(i))
		default:
			return 0, r.poison("stamp", got)
		}
	}
	return head + n, nil
}

// Release gives the role back. What was pushed stays in the ring. The handle must not be used any
// more.
func (p *Producer[T]) Release() {
	p.bell = giveUp(p.bell, p.ring.producer, p.member)
}

// Release gives the role back. The next consumer goes on where this one stopped. The handle must
// not be used any more.
func (c *Consumer[T]) Release() {
	c.bell = giveUp(c.bell, c.ring.consumer, c.member)
}

func giveUp(bell, role *atomic.Uint32, m futex.Member) *atomic.Uint32 {
	if bell != &gone {
		role.CompareAndSwap(uint32(m.ID()), 0)
	}
	return &gone
}

// gone is the bell of every released handle, in Go memory: it always rings, and the call that
// answers panics.
var gone atomic.Uint32

func init() { gone.Store(poisoned) }
