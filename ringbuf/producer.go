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
	limit uint64         // index of the message before which the next look at head is due
	seen  uint64         // head as last read
	calm  bool           // the ring was empty then: see storeStamp
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
		p.storeStamp(s)
	} else {
		p.storeFenced(&s.stamp, p.next)
	}
	if p.bell.Load() != 0 {
		return p.rung(p.next - 1)
	}
	return nil
}

// storeStamp hands the slot of the message before next to the consumer.
//
// A producer that finds the ring empty now and then sends seldom, and each message is waited for. It
// then fetches the line of the slot after the next one, which the consumer has read, while it has
// nothing else to do: it stores what the stamp there holds already. A prefetch would not do, since
// it leaves a line shared that is here, and to make it ours is what takes the time.
func (p *Producer[T]) storeStamp(s *slot[T]) {
	if p.calm {
		storeTouch(&s.stamp, p.next, &p.slots.at(p.next+1).stamp, p.next+2-p.ring.size)
	} else {
		storePlain(&s.stamp, p.next)
	}
}

// storeFenced hands a slot to the consumer: what was stored before is visible to whoever reads the
// stamp, and the look at the bell that follows is not taken before the stamp is visible.
func (p *Producer[T]) storeFenced(stamp *atomic.Uint64, v uint64) {
	stamp.Store(v)
	if plainStores && p.earn.ready() {
		p.fast = goPlain(p.ring.plainPush)
	}
}

// reload fetches the consumer's head, which costs a line transfer. It is due when the ring is full
// as far as we know, and else every 64 messages.
func (p *Producer[T]) reload() error {
	head := p.ring.head.Load()
	if head-p.seen > p.next-p.seen { // moved back, or past what was pushed
		return p.ring.poison("head", head)
	}
	p.seen = head
	p.calm = head == p.next && p.ring.size > 1
	p.limit = p.next + min(p.room(), headEvery)
	if p.next == p.limit {
		return ErrFull
	}
	return nil
}

// room is how many messages fit as far as we know.
func (p *Producer[T]) room() uint64 { return p.seen + p.ring.size - p.next }

// headEvery is how many messages are pushed between two looks at head, at most.
const headEvery = 64
