package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Receiver pops from a many-to-many ring, for one process. One goroutine at a time may use it; a
// process may have several.
type Receiver[T any] struct {
	cells  slots[T]
	next   uint64         // the value to begin with: no value before it is still to be taken, apart from strays
	shift  uint64         // of the ring
	mine   uint64         // what a take adds to a cell's word
	bell   *atomic.Uint32 // toReceivers
	fast   bool           // cells are given back by a plain MOV; senders bring the fence before they sleep
	earn   earner
	seq    uint64 // the value popped last
	since  uint64 // next when a pop failed last: see fallBehind
	lag    uint32 // PAUSE that it takes to fall behind
	strays uint32 // as last looked for
	tries  uint32 // pops that found nothing
	held   uint64 // the value of TryTake
	holds  bool   // it waits for Done

	ring   *MPMC[T]
	member futex.Member
	seat   *atomic.Uint32
}

// Receiver takes a seat for m's process. ErrBusy says that live processes have all 128.
func (r *MPMC[T]) Receiver(m futex.Member) (*Receiver[T], error) {
	seat, err := r.sit(r.receivers, m)
	if err != nil {
		return nil, err
	}
	next := r.head.Load()
	c := &Receiver[T]{
		cells: r.cells, next: next, shift: r.shift, mine: cellClaimed | uint64(m.ID()), bell: r.toReceivers,
		since:  next,
		strays: r.strays.Load() - 1, // look for them once
		ring:   r, member: m, seat: seat,
	}
	if r.mode == Block { // in the other one who falls behind may lose something
		c.lag = lagOf(r.size)
	}
	return c, nil
}

// Release gives the seat back, and what TryTake holds (as Done does). The Receiver must not be used
// any more.
func (c *Receiver[T]) Release() {
	if c.bell != &gone {
		if c.holds {
			c.Done()
		}
		c.seat.CompareAndSwap(uint32(c.member.ID()), 0)
	}
	c.bell = &gone
}

// TryPop moves the oldest value to dst, or fails at once and leaves dst as it was: ErrEmpty,
// ErrClosed when the ring is closed and drained, ErrCorrupt. ErrEmpty may come while a push that
// began before those behind it is not done. It makes a system call only to wake a sender that
// sleeps, and at every 256th failure: it asks whether whoever is in its way lives, and repairs what
// the dead have left.
//
// The first failure behind 64 values in a row takes up to some microseconds longer: see fallBehind.
func (c *Receiver[T]) TryPop(dst *T) error {
	i := c.next
	cell, full := c.cells.at(i), lapOf(i, c.shift)|cellFull
	if !plainStores || !c.fast || c.bell.Load()&poisoned != 0 || cell.stamp.Load() != full || !cell.stamp.CompareAndSwap(full, full|c.mine) {
		return c.popOther(dst)
	}
	*dst = cell.value
	c.seq, c.next = i, i+1
	storePlain(&cell.stamp, full-cellFull+lapUnit)
	if (i+1)%hintEvery == 0 {
		advance(c.ring.head, i+1)
	}
	if c.bell.Load()&parked != 0 {
		ring(c.bell, 1)
	}
	return nil
}

// popOther is TryPop of any value, and by a handle of any age.
//
//go:noinline
func (c *Receiver[T]) popOther(dst *T) error {
	i, err := c.take()
	if err != nil {
		return err
	}
	*dst = c.cells.at(i).value
	c.giveBack(i)
	return nil
}

// TryTake is TryPop, its short wait behind a stream included, but the value stays in the ring until Done: if this process dies before, it is
// delivered again. It fails like TryPop.
//
// It panics if the Receiver holds a value already.
func (c *Receiver[T]) TryTake(dst *T) error {
	if c.holds {
		panic("ringbuf: take before Done")
	}
	i, err := c.take()
	if err != nil {
		return err
	}
	*dst = c.cells.at(i).value
	c.held, c.holds = i, true
	return nil
}

// Done gives the cell of the value taken last back to the senders.
//
// It panics if there is none.
func (c *Receiver[T]) Done() {
	if !c.holds {
		panic("ringbuf: Done without a take")
	}
	c.holds = false
	c.giveBack(c.held)
}

// Seq is the sequence number of the value that was popped or taken last. No two values of a ring
// have the same, and a value that is delivered again has the one it had, so that a receiver can
// drop the repeat. Numbers that belong to no value are those of pushes that were not completed, and
// of values that were dropped.
func (c *Receiver[T]) Seq() uint64 { return c.seq }

// take makes the oldest value this process's.
func (c *Receiver[T]) take() (uint64, error) {
	if c.bell.Load()&poisoned != 0 {
		return 0, c.ring.halted(c.bell)
	}
	i := c.next
	word, full := &c.cells.at(i).stamp, lapOf(i, c.shift)|cellFull
	if word.Load() != full || !word.CompareAndSwap(full, full|c.mine) {
		var err error
		if i, err = c.find(); err != nil {
			return 0, err
		}
	} else {
		c.next = i + 1
	}
	c.seq = i
	return i, nil
}

// giveBack makes the cell of a value that was taken free for the next lap. With it the value is
// delivered.
func (c *Receiver[T]) giveBack(i uint64) {
	word, free := &c.cells.at(i).stamp, lapOf(i, c.shift)+lapUnit
	if plainStores && c.fast {
		storePlain(word, free)
	} else {
		c.storeFenced(word, free)
	}
	if c.next%hintEvery == 0 {
		advance(c.ring.head, c.next)
	}
	if c.bell.Load()&parked != 0 {
		ring(c.bell, 1)
	}
}

// storeFenced gives a cell back, and does not let the look at the bell that follows come before
// that.
func (c *Receiver[T]) storeFenced(word *atomic.Uint64, v uint64) {
	word.Store(v)
	if plainStores && c.earn.ready() {
		c.fast = goPlain(c.ring.plainPop)
	}
}

// find looks for the first value that is full and takes it.
//
//go:noinline
func (c *Receiver[T]) find() (uint64, error) {
	i := c.next
	if h := c.ring.head.Load(); int64(h-i) > 0 {
		i = h
	}
	var end error // why there is nothing, if a second look finds nothing either
	for range c.ring.size + walkMore {
		word, lap := &c.cells.at(i).stamp, lapOf(i, c.shift)
		w := word.Load()
		state := w & stateMask
		switch d := ahead(w, lap); {
		case w == lap|cellFull:
			if word.CompareAndSwap(w, w|c.mine) {
				c.next = i + 1
				return i, nil
			}
		case d > 0, d == 0 && state == cellTaken:
			i = c.past(i, w, d)
		case d < -1 || d == -1 && state&cellFull == 0:
			return 0, c.ring.poison("cell", w)
		case end == nil:
			c.next = i
			c.since = fallBehind(c.since, i, c.lag)
			end = c.nothing()
		default:
			return c.last(i, w, end)
		}
	}
	c.next = i
	return 0, ErrEmpty
}

// past is the next value that may still be to be taken, if the cell of value i holds w, d laps on.
// A value i+n*size that is claimed says that all up to i+(n-1)*size are gone.
func (c *Receiver[T]) past(i, w uint64, d int64) uint64 {
	if w&stateMask == cellEmpty {
		d--
	}
	return i + uint64(max(0, d-1))*c.ring.size + 1
}

// nothing says what it means if the value at next does not come, before it is looked for again.
func (c *Receiver[T]) nothing() error {
	bell := c.ring.toSenders.Load() // before the cell: see Close
	if bell&poisoned != 0 {         // whoever poisoned the ring died half-way
		return c.ring.poison("bell", uint64(bell))
	}
	if c.tries++; bell&closed != 0 || c.tries%askEvery == 0 {
		c.ring.mend(c.member, c.next)
	}
	if bell&closed != 0 {
		return ErrClosed
	}
	return ErrEmpty
}

// last looks for strays when the cell of the next value i holds w, and nothing to take.
func (c *Receiver[T]) last(i, w uint64, end error) (uint64, error) {
	if n := c.ring.strays.Load(); n != c.strays {
		for k := i - c.ring.size; k != i; k++ {
			word, full := &c.cells.at(k).stamp, lapOf(k, c.shift)|cellFull
			if word.Load() == full && word.CompareAndSwap(full, full|c.mine) {
				return k, nil
			}
		}
		c.strays = n
	}
	if end == ErrClosed && w == lapOf(i, c.shift)|cellClaimed|w&ownerMask { // a push that began before Close
		return 0, ErrEmpty
	}
	return 0, end
}
