package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// Producer is the right to push into a ring, held by one process at a time. One goroutine at a time
// may use it.
type Producer[T any] struct {
	slots slots[T]
	next  uint64         // index of the next message
	limit uint64         // index of the message before which the next look at head is due
	seen  uint64         // head as last read
	calm  bool           // the ring was empty then: see storeStamp
	full  bool           // the ring was full then
	pace  uint32         // PAUSE before the next look at head if it was
	bell  *atomic.Uint32 // toProducer
	fast  bool           // stamps are published by a plain MOV; the consumer brings the fence before it sleeps
	earn  earner

	ring   *SPSC[T]
	member futex.Member
}

// TryPush stores v, or fails at once: ErrFull, ErrClosed, ErrCorrupt. It makes a system call only
// to wake a consumer that sleeps. ErrClosed from a push that overlaps Close may come although the
// message arrives; nil means that it does, if the consumer drains the ring.
//
// Of failures in a row each but the first takes about half a microsecond longer: see reload.
func (p *Producer[T]) TryPush(v T) error { return p.TryPushFrom(&v) }

// TryPushFrom is TryPush of *src. It spares a copy, of which Go makes one for each argument: for a
// value that has just been filled in, or is large, this is the faster form.
func (p *Producer[T]) TryPushFrom(src *T) error {
	if p.bell.Load()&^parked != 0 {
		return p.halted()
	}
	if p.next == p.limit {
		if err := p.reload(); err != nil {
			return err
		}
	}
	s := p.slots.at(p.next)
	move(&s.value, src)
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
//
// Each look also takes the line from the consumer, which must fetch it back to store head again. So a
// producer that asks over and over whether there is room now would slow down the very one it waits
// for, to the pace of that line. It looks less often, and finds more room then.
func (p *Producer[T]) reload() error {
	if p.full {
		spin.Pause(p.pace)
	}
	head := p.ring.head.Load()
	if head-p.seen > p.next-p.seen { // moved back, or past what was pushed
		return p.ring.poison("head", head)
	}
	p.seen = head
	p.calm = head == p.next && p.ring.size > 1
	p.limit = p.next + min(p.room(), headEvery)
	if p.full = p.next == p.limit; p.full {
		return ErrFull
	}
	return nil
}

// room is how many messages fit as far as we know.
func (p *Producer[T]) room() uint64 { return p.seen + p.ring.size - p.next }

// paceOf is how many PAUSE there are between two looks at a full ring of this size: while they last
// the consumer takes some 20 messages, so a short ring would be empty before it is looked at.
func paceOf(size uint64) uint32 { return uint32(min(size/64, 16)) }

// headEvery is how many messages are pushed between two looks at head, at most.
const headEvery = 64
