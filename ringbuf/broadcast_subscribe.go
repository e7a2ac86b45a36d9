package ringbuf

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// Subscriber reads every value of a broadcast, for one process. One goroutine at a time may use it; a
// process may have several.
type Subscriber[T any] struct {
	cells slots[T]
	next  uint64         // index of the next value
	lost  uint64         // values that were overwritten before they were read
	bell  *atomic.Uint32 // toSubscribers
	fast  bool           // the cursor is stored by a plain MOV; the publisher brings the fence before it sleeps
	earn  earner

	entry  *atomic.Uint32 // in the mode Block, else nil
	cursor *atomic.Uint64
	ring   *Broadcast[T]
	member futex.Member
}

// Subscribe joins for m's process. The Subscriber begins with the last values that were published, as
// many as history says, or as the ring still has (see Len), and then gets every later one: there is
// no gap between the two. In the mode Block the publisher waits for it from now on. ErrBusy says that
// live processes have all 64 places, ErrSize that history is negative.
//
// In the mode Block the entry of a subscriber counts when its bit and its cursor are stored. A
// publication that has looked at the cursors before that cannot know of it. So the subscriber tells
// the publisher to look again, and then loads what is reserved: either that publication's
// reservation is seen, and what it overwrites is left out of the history, or it comes after the
// word. Where the kernel refuses the barrier that this needs there is no history.
func (b *Broadcast[T]) Subscribe(m futex.Member, history int) (*Subscriber[T], error) {
	if history < 0 {
		return nil, fmt.Errorf("subscribe: %w: history of %d values", ErrSize, history)
	}
	if b.toSubscribers.Load()&poisoned != 0 {
		return nil, fmt.Errorf("subscribe: %w", ErrCorrupt)
	}
	s := &Subscriber[T]{cells: b.cells, bell: b.toSubscribers, ring: b, member: m}
	if b.mode == Block {
		if err := s.sit(); err != nil {
			return nil, fmt.Errorf("subscribe: %w", err)
		}
	}
	tail := b.tail.Load()
	stored := max(0, int64(tail-b.oldest()))
	s.next = tail - uint64(min(int64(history), stored, int64(b.size)))
	if b.mode == Block {
		s.join(tail)
	}
	return s, nil
}

// sit claims an entry that is free, or that of a dead process.
func (s *Subscriber[T]) sit() error {
	b, id := s.ring, uint32(s.member.ID())
	for k := range maxSubscribers {
		e := b.entry(k)
		v := e.Load()
		if v != 0 && s.member.Alive(futex.ID(v&^gating)) {
			continue
		}
		if e.CompareAndSwap(v, id) {
			s.entry, s.cursor = e, b.cursor(k)
			return nil
		}
	}
	return fmt.Errorf("%w: all %d places", ErrBusy, maxSubscribers)
}

// join makes the publisher wait for this subscriber.
func (s *Subscriber[T]) join(tail uint64) {
	b := s.ring
	s.cursor.Store(s.next)
	s.entry.Store(uint32(s.member.ID()) | gating)
	b.toPublisher.Or(joined)
	if b.plainPublish.Load() != 0 && !heavyBarrier() {
		s.next = tail
	}
	if oldest := b.oldest(); int64(s.next-oldest) < 0 {
		s.next = oldest
	}
	s.cursor.Store(s.next)
}

// Release ends the subscription. The Subscriber must not be used any more.
func (s *Subscriber[T]) Release() {
	if s.bell != &gone && s.entry != nil {
		s.entry.CompareAndSwap(uint32(s.member.ID())|gating, 0)
		if s.bell.Load()&parked != 0 {
			ringAll(s.bell)
		}
	}
	s.bell = &gone
}

// Seq is the sequence number of the next value; the one read last had Seq()-1.
func (s *Subscriber[T]) Seq() uint64 { return s.next }

// Lost is how many values were overwritten before this subscriber had read them: 0 in the mode Block.
func (s *Subscriber[T]) Lost() uint64 { return s.lost }

// TryNext copies the next value to dst, or fails at once and leaves dst as it was: ErrEmpty, ErrClosed
// when the broadcast is closed and everything read, ErrCorrupt. In the mode DropOldest values may
// have been lost before this one: Lost and Seq tell. It makes a system call only to wake a publisher
// that sleeps.
func (s *Subscriber[T]) TryNext(dst *T) error {
	if s.bell.Load()&poisoned != 0 {
		return s.ring.halted(s.bell)
	}
	for range walkMore {
		if s.cells.at(s.next).stamp.Load() != s.next+1 {
			if err := s.seek(); err != nil {
				return err
			}
		}
		if s.read(dst) {
			s.moved()
			return nil
		}
	}
	return ErrEmpty // somebody writes faster than we can count
}

// read copies the next value, and says whether it is whole: nobody has written to the cell
// meanwhile.
func (s *Subscriber[T]) read(dst *T) bool {
	cell := s.cells.at(s.next)
	var v T
	cell.read(&v)
	if cell.stamp.Load() != s.next+1 {
		return false
	}
	*dst = v
	s.next++
	return true
}

// moved gives the cell of what was read back.
func (s *Subscriber[T]) moved() {
	if s.cursor == nil {
		return
	}
	if plainStores && s.fast {
		storePlain(s.cursor, s.next)
	} else {
		s.storeFenced()
	}
	if s.bell.Load()&parked != 0 {
		ringAll(s.bell)
	}
}

// storeFenced moves the cursor, and does not let the look at the bell that follows come before that.
func (s *Subscriber[T]) storeFenced() {
	s.cursor.Store(s.next)
	if plainStores && s.earn.ready() {
		s.fast = goPlain(s.ring.plainRead)
	}
}

// TryNextBatch copies the next values to dst, at most len(dst), and returns how many: all follow each
// other without a loss between them, and the last has the number Seq()-1. It fails like TryNext when
// there is none and dst is not empty.
func (s *Subscriber[T]) TryNextBatch(dst []T) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	if err := s.TryNext(&dst[0]); err != nil {
		return 0, err
	}
	n := 1
	for n < len(dst) && s.cells.at(s.next).stamp.Load() == s.next+1 && s.read(&dst[n]) {
		n++
	}
	if n > 1 {
		s.moved()
	}
	return n, nil
}

// seek goes to the next value that is there, or says why there is none.
//
//go:noinline
func (s *Subscriber[T]) seek() error {
	b := s.ring
	isClosed := s.bell.Load()&closed != 0 // before the stamp: see Close
	stamp := s.cells.at(s.next).stamp.Load()
	ahead, whole, ok := b.lapOfStamp(stamp, s.next)
	switch {
	case !ok, ahead < 0 && (!whole || ahead != -int64(b.size)):
		return b.poison("stamp", stamp)
	case ahead == 0 && whole:
		return nil
	case ahead > 0 && b.mode == Block:
		return b.poison("stamp", stamp)
	case ahead > 0: // lapped: what is one lap before that value is gone; leave the publisher some way
		skip := uint64(ahead) - b.size + 1 + b.size/8
		s.lost += skip
		s.next += skip
		return nil
	case !isClosed:
		return ErrEmpty
	case int64(b.reserved.Load()-s.next) > 0 && b.publisher.Load() != 0 && !b.publisherDied(s.member):
		return ErrEmpty // a publication that began before Close
	case s.cells.at(s.next).stamp.Load() != stamp: // and has ended by now
		return ErrEmpty
	}
	return ErrClosed
}

// Next returns the next value, and waits until there is one: it spins, yields, then sleeps. It fails
// with ErrClosed when the broadcast is closed and everything read, ErrCorrupt, the error of ctx, or
// ErrPeerDied when everything is read and the publisher's process died. A broadcast that has no
// publisher yet, or whose publisher gave its role back, is waited for.
func (s *Subscriber[T]) Next(ctx context.Context) (T, error) {
	var v T
	if err := s.TryNext(&v); err != ErrEmpty {
		return v, err
	}
	return s.nextSlow(ctx)
}

//go:noinline
func (s *Subscriber[T]) nextSlow(ctx context.Context) (v T, err error) {
	if err := ctx.Err(); err != nil {
		return v, err
	}
	for w := (spin.Spinner{}); w.Next(); {
		if err := s.TryNext(&v); err != ErrEmpty {
			return v, err
		}
	}
	return s.nextParked(ctx)
}

// nextParked waits asleep.
func (s *Subscriber[T]) nextParked(ctx context.Context) (v T, err error) {
	w := lull{word: s.ring.toPublisher, plain: s.ring.plainPublish, member: s.member}
	err = w.until(ctx, ErrEmpty, func() error { return s.TryNext(&v) }, func() (bool, bool) {
		return false, s.ring.spread(s.member)
	})
	return v, err
}
