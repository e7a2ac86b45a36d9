package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Producer is the right to push into a ring, held by one process at a time. One goroutine at a time
// may use it.
type Producer[T any] struct {
	slots slots[T]
	next  uint64         // index of the next message
	limit uint64         // head as last read, plus capacity: next == limit means full, as far as we know
	bell  *atomic.Uint32 // toProducer
	fast  bool           // stamps are published by a plain MOV; the consumer brings the fence before it sleeps
	earn  earner

	ring   *SPSC[T]
	member futex.Member
}

// TryPush stores v, or fails at once: ErrFull, ErrClosed, ErrCorrupt. It makes a system call only
// to wake a consumer that sleeps. ErrClosed from a push that overlaps Close may come although the
// message arrives; nil means that it does, if the consumer drains the ring.
func (p *Producer[T]) TryPush(v T) error {
	if p.bell.Load()&^parked != 0 {
		return p.halted()
	}
	if p.next == p.limit {
		if err := p.reload(); err != nil {
			return err
		}
	}
	s := p.slots.at(p.next)
	s.value = v
	p.next++
	if plainStores && p.fast {
		storePlain(&s.stamp, p.next)
	} else {
		p.storeFenced(&s.stamp, p.next)
	}
	if p.bell.Load() != 0 {
		return p.rung(p.next - 1)
	}
	return nil
}

// storeFenced hands a slot to the consumer: what was stored before is visible to whoever reads the
// stamp, and the look at the bell that follows is not taken before the stamp is visible.
func (p *Producer[T]) storeFenced(stamp *atomic.Uint64, v uint64) {
	stamp.Store(v)
	if plainStores && p.earn.ready() {
		p.fast = goPlain(p.ring.plainPush)
	}
}

// reload fetches the consumer's head, which costs a line transfer, once a lap in the steady state.
func (p *Producer[T]) reload() error {
	head := p.ring.head.Load()
	last := p.limit - p.ring.size
	if head-last > p.next-last { // moved back, or past what was pushed
		return p.ring.poison("head", head)
	}
	p.limit = head + p.ring.size
	if p.next == p.limit {
		return ErrFull
	}
	return nil
}
