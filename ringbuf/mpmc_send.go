package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Sender pushes into a many-to-many ring, for one process. One goroutine at a time may use it; a
// process may have several.
type Sender[T any] struct {
	cells slots[T]
	next  uint64         // the value to begin with: no value before it is still to be claimed
	shift uint64         // of the ring
	mine  uint64         // what a claim adds to a cell's word
	bell  *atomic.Uint32 // toSenders
	fast  bool           // values are published by a plain MOV; receivers bring the fence before they sleep
	earn  earner
	tries uint32 // pushes that found no room

	ring   *MPMC[T]
	member futex.Member
	seat   *atomic.Uint32
}

// Sender takes a seat for m's process. ErrBusy says that live processes have all 128.
func (r *MPMC[T]) Sender(m futex.Member) (*Sender[T], error) {
	seat, err := r.sit(r.senders, m)
	if err != nil {
		return nil, err
	}
	return &Sender[T]{
		cells: r.cells, next: r.tail.Load(), shift: r.shift, mine: cellClaimed | uint64(m.ID()), bell: r.toSenders,
		ring: r, member: m, seat: seat,
	}, nil
}

// Release gives the seat back. What was pushed stays in the ring. The Sender must not be used any
// more.
func (s *Sender[T]) Release() {
	if s.bell != &gone {
		s.seat.CompareAndSwap(uint32(s.member.ID()), 0)
	}
	s.bell = &gone
}

// TryPush stores v, or fails at once: ErrFull, ErrClosed, ErrCorrupt. In the mode DropOldest it
// overwrites the oldest value of a full ring, and is ErrFull only while somebody still works on
// that one. It makes a system call only to wake a receiver that sleeps, and at every 256th failure:
// it asks whether whoever is in its way lives, and repairs what the dead have left.
func (s *Sender[T]) TryPush(v T) error { return s.TryPushFrom(&v) }

// TryPushFrom is TryPush of *src. It spares a copy, of which Go makes one for each argument: for a
// value that has just been filled in, or is large, this is the faster form.
func (s *Sender[T]) TryPushFrom(src *T) error {
	_ = *src // panics here if at all: behind the claim it would leave a cell that is never done
	if s.bell.Load()&(closed|poisoned) != 0 {
		return s.ring.halted(s.bell)
	}
	i := s.next
	cell, lap := s.cells.at(i), lapOf(i, s.shift)
	if cell.stamp.Load() != lap || !cell.stamp.CompareAndSwap(lap, lap|s.mine) {
		var err error
		if i, err = s.claim(); err != nil {
			return err
		}
		cell, lap = s.cells.at(i), lapOf(i, s.shift)
	}
	if s.bell.Load()&(closed|poisoned) != 0 { // after the claim: see Close
		return s.abandon(i, 1)
	}
	move(&cell.value, src)
	if plainStores && s.fast {
		storePlain(&cell.stamp, lap|cellFull)
	} else {
		s.storeFenced(&cell.stamp, lap|cellFull)
	}
	s.next = i + 1
	if s.next%hintEvery == 0 {
		advance(s.ring.tail, s.next)
	}
	if s.bell.Load()&parked != 0 {
		ring(s.bell, 1)
	}
	return nil
}

// storeFenced hands a cell over: what was stored before is visible to whoever reads the word, and
// the look at the bell that follows is not taken before the word is visible.
func (s *Sender[T]) storeFenced(word *atomic.Uint64, v uint64) {
	word.Store(v)
	if plainStores && s.earn.ready() {
		s.fast = goPlain(s.ring.plainPush)
	}
}

// claim finds the first cell that is free and claims it.
//
//go:noinline
func (s *Sender[T]) claim() (uint64, error) {
	i := s.next
	if t := s.ring.tail.Load(); int64(t-i) > 0 {
		i = t
	}
	for range s.ring.size + walkMore {
		word, lap := &s.cells.at(i).stamp, lapOf(i, s.shift)
		w := word.Load()
		switch d := ahead(w, lap); {
		case w == lap:
			if word.CompareAndSwap(w, lap|s.mine) {
				return i, nil
			}
		case d >= 0: // claimed before
			i = s.past(i, w, d)
		case d < -1 || w&stateMask == cellEmpty:
			return 0, s.ring.poison("cell", w)
		case s.ring.mode != DropOldest || w&stateMask != cellFull:
			s.next = i
			return 0, s.full()
		case word.CompareAndSwap(w, lap|s.mine):
			s.ring.dropped.Add(1)
			return i, nil
		}
	}
	s.next = i
	return 0, ErrFull
}

// past is the next value that may still be to be claimed, if the cell of value i holds w, d laps on.
func (s *Sender[T]) past(i, w uint64, d int64) uint64 {
	if w&stateMask == cellEmpty {
		d--
	}
	return i + uint64(d)*s.ring.size + 1
}

// full says why there is no room, and now and then looks for the dead.
func (s *Sender[T]) full() error {
	if s.bell.Load()&closed != 0 {
		return ErrClosed
	}
	if s.tries++; s.tries%askEvery == 0 {
		s.ring.mend(s.member, s.next)
	}
	return ErrFull
}

// abandon leaves n claimed cells as padding, and returns why.
//
//go:noinline
func (s *Sender[T]) abandon(first uint64, n int) error {
	for i := first; i != first+uint64(n); i++ {
		s.cells.at(i).stamp.Store(lapOf(i, s.shift) + lapUnit)
	}
	ringAll(s.ring.toSenders) // who waits for them may find the end of the ring behind them
	return s.ring.halted(s.bell)
}
