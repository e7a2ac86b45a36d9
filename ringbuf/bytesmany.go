package ringbuf

import (
	"context"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// Many producers share the tail under a robust mutex. Under it a producer writes headers that
// nobody looks at yet, then moves tail. Killed before that, nothing has happened; killed after, the
// header names the owner and the length. So there is nothing to repair: who gets the lock from the
// dead goes on.

// beginLocked locks the tail with room behind it for a record of length bytes.
func (p *BytesProducer) beginLocked(ctx context.Context, length uint64) (tail uint64, err error) {
	if _, err := p.room(length); err != nil { // full: leave the lock to those who claim less
		return 0, err
	}
	if err := p.lockTail(ctx); err != nil {
		return 0, err
	}
	tail, err = p.room(length)
	if err != nil {
		p.unlockTail()
	}
	return tail, err
}

// room is the tail, and ErrFull if there is no room for length bytes behind it. It looks at the
// consumer's head only when the cached copy shows too little room, or more than there can be.
func (p *BytesProducer) room(length uint64) (tail uint64, err error) {
	tail = p.ring.tail.Load()
	_, need := p.ring.span(tail, length)
	if free := p.limit - tail; need <= free && free <= p.ring.size && tail&7 == 0 {
		return tail, nil
	}
	return p.roomNow(length)
}

// roomNow is room with the head of now.
func (p *BytesProducer) roomNow(length uint64) (tail uint64, err error) {
	const tries = 100
	for range tries {
		head := p.ring.head.Load()
		tail = p.ring.tail.Load()
		if p.ring.spans(head, tail) {
			p.limit = head + p.ring.size
			if _, need := p.ring.span(tail, length); need > p.limit-tail {
				return 0, ErrFull
			}
			return tail, nil
		}
		if p.ring.head.Load() == head { // not of two moments: it cannot be
			return 0, p.ring.poison("tail", tail)
		}
	}
	return 0, ErrFull
}

// lockTail locks the mutex. Without a context it gives up with ErrBusy after the time of a spin.
func (p *BytesProducer) lockTail(ctx context.Context) error {
	if ctx != nil {
		return p.locked(p.lock.Lock(ctx))
	}
	for s := (spin.Spinner{}); p.ring.mutex.Holder() != futex.NoID && s.Next(); {
	}
	ok, err := p.lock.TryLock()
	if !ok && err == nil {
		return ErrBusy
	}
	return p.locked(err)
}

// locked is what a lock's error means to a producer.
func (p *BytesProducer) locked(err error) error {
	switch err {
	case futex.ErrOwnerDied: // it moved tail or not: both are whole
		p.heal()
		return nil
	case futex.ErrNotRecoverable:
		return p.ring.poison("mutex", ^uint64(0))
	}
	return err
}

// heal says that there was nothing to repair.
func (p *BytesProducer) heal() {
	defer func() { _ = recover() }() // the word was overwritten: the unlock will say so
	p.lock.MarkConsistent()
}

// unlockTail unlocks the mutex. futex panics if it is not held; it is, unless a peer overwrote its
// word: then the ring is poisoned.
func (p *BytesProducer) unlockTail() {
	defer func() {
		if recover() != nil {
			_ = p.ring.poison("mutex", uint64(p.ring.mutex.Holder()))
		}
	}()
	p.lock.Unlock()
}
