package ringbuf

import (
	"github.com/shmengine/shmengine/futex"
)

// halted is why the producer cannot go on.
func (p *Producer[T]) halted() error { return p.ring.halted(p.bell) }

// halted is why the consumer cannot go on.
func (c *Consumer[T]) halted() error { return c.ring.halted(c.bell) }

// rung answers the producer's bell after message i was published.
func (p *Producer[T]) rung(i uint64) error {
	_, err := p.rungBatch(i, 1)
	return err
}

// rungBatch answers the producer's bell after n messages from first on were published.
func (p *Producer[T]) rungBatch(first uint64, n int) (int, error) {
	bell := p.bell.Load()
	if bell&parked != 0 {
		p.wake()
	}
	if bell&^parked == 0 {
		return n, nil
	}
	if bell&^parked != closed {
		return 0, p.halted()
	}
	return p.retract(first, n), ErrClosed
}

// retract takes back those of the n messages from first on that the consumer has not taken, and
// returns how many it has. It makes the answer ErrClosed true as far as it can: a consumer that saw
// "closed" and an empty ring will not find a message there later.
func (p *Producer[T]) retract(first uint64, n int) int {
	for i := first + uint64(n); i != first; i-- {
		p.slots.at(i - 1).stamp.Store(p.ring.stale(i - 1))
	}
	taken := min(p.ring.head.Load()-first, uint64(n))
	p.next = first + taken
	return int(taken)
}

// wake wakes the consumer, once: whoever clears the flag makes the call.
func (p *Producer[T]) wake() {
	if p.bell.And(^uint32(parked))&parked != 0 {
		futex.Wake(p.bell, everyone)
	}
}

// wake wakes the producer.
func (c *Consumer[T]) wake() {
	if c.bell.And(^uint32(parked))&parked != 0 {
		futex.Wake(c.bell, everyone)
	}
}
