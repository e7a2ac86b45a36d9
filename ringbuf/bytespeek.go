package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// BytesConsumer is the right to read a ring of records, held by one process at a time. One
// goroutine at a time may use it.
type BytesConsumer struct {
	ring  *Bytes
	data  region
	next  uint64         // position of the next record
	limit uint64         // tail as last read
	done  uint64         // what is in front of it was given back
	last  uint64         // end of the record that was looked at last
	same  record         // header of a record that was looked at: the next one's, if they are of one length
	bell  *atomic.Uint32 // toConsumer
	fast  bool           // head is published by a plain MOV; producers bring the fence before they sleep
	apart bool           // what the ring said with tail: see owns
	stays bool           // head does not move any more: see gap
	earn  earner

	member futex.Member
}

// View is a record in the ring itself. It stays as it is until it is released. It is a plain value
// of the consumer that it came from, for the same goroutine.
//
// It is of three words, so that the compiler keeps it in registers: one that goes through memory
// waits there for the stores of the record before, and so each record for the cache line of the
// last.
type View struct {
	c      *BytesConsumer
	begin  uint64
	header record
}

// Bytes is the payload. It must only be read, and not after Release.
func (v View) Bytes() []byte {
	if v.c == nil {
		return nil
	}
	return v.c.data.payload(v.begin, uint64(v.header.length())-headerSize)
}

// Seq is the record's sequence number: it grows from record to record, and is the same when a
// record is delivered a second time after a consumer has died.
func (v View) Seq() uint64 { return v.begin }

func (v View) end() uint64 { return v.begin + round8(uint64(v.header.length())) }

// more says whether the next record continues the message.
func (v View) more() bool { return v.header.mark()&markMore != 0 }

// Release gives the record back, with all that were looked at before it. So a batch is any number of
// TryPeek and one Release of the last. Releasing a view again is nothing.
func (v View) Release() {
	c, to := v.c, v.end()
	if c == nil || to-c.done > c.next-c.done {
		return
	}
	if to == c.last {
		to = c.next // with the padding behind it
	}
	// The lines of the record become ours alone, before the producer gets them: see Consumer.TryPop.
	switch n := v.end() - v.begin; {
	case !plainStores || c.stays:
	case n <= slotAlign && c.fast: // the line of the header, in one call with head
		c.done = to
		storeTouch(c.data.at(v.begin), uint64(v.header), c.ring.head, to)
		c.answer()
		return
	case c.owns(n):
		c.data.own(v.begin, n)
	}
	c.giveBack(to)
}

// giveBack moves head, and rings if a producer sleeps.
func (c *BytesConsumer) giveBack(to uint64) {
	c.done = to
	if c.stays {
		return
	}
	if plainStores && c.fast {
		storePlain(c.ring.head, to)
	} else {
		c.storeFenced(to)
	}
	c.answer()
}

// answer rings if a producer sleeps.
func (c *BytesConsumer) answer() {
	if c.bell.Load()&parked != 0 {
		ringOnce(c.bell)
	}
}

// storeFenced moves head, and does not let the look at the bell that follows come before that.
func (c *BytesConsumer) storeFenced(to uint64) {
	c.ring.head.Store(to)
	if plainStores && c.earn.ready() {
		c.fast = goPlain(c.ring.plainPop)
	}
}

// Seq is the sequence number of the next record, or a smaller one if padding precedes it.
func (c *BytesConsumer) Seq() uint64 { return c.next }

// TryPeek returns the oldest record that was not looked at yet, or fails at once: ErrEmpty,
// ErrClosed when the ring is closed and drained, ErrFlushed, ErrCorrupt. ErrEmpty is also the answer
// when the oldest record was claimed and not committed, whatever stands behind it.
//
// Any number of views may be out. It makes a system call only to wake a producer that sleeps.
func (c *BytesConsumer) TryPeek() (View, error) {
	if c.bell.Load()&^(parked|closed) != 0 {
		return View{}, c.ring.halted(c.bell)
	}
	if c.next == c.limit {
		if err := c.reload(); err != nil {
			return View{}, err
		}
	}
	h := record(c.data.at(c.next).Load())
	if same := c.same; h == same && c.holds(uint64(same.length())) {
		return c.view(same), nil // where the next record is does not wait for this one's header to arrive
	}
	if h.length() > 0 && h.mark()&^markMore == 0 && c.holds(uint64(h.length())) {
		c.same = h
		return c.view(h), nil
	}
	return c.gap()
}

// view is the record at next, whose header is h, and goes past it.
func (c *BytesConsumer) view(h record) View {
	v := View{c: c, begin: c.next, header: h}
	c.next = v.end()
	c.last = c.next
	return v
}

// holds says whether a record of n bytes can stand at next.
func (c *BytesConsumer) holds(n uint64) bool {
	return n >= headerSize && round8(n) <= min(c.limit-c.next, c.ring.size-c.next&c.data.mask)
}

// reload fetches the tail, which costs a line transfer; nil says that there is more to read.
func (c *BytesConsumer) reload() error {
	isClosed := c.bell.Load()&closed != 0 // before the tail: see Close
	flushed := c.takeFlush()              // as well: what was stored before it is seen
	tail := c.ring.tail.Load()
	if flushed && tail != c.limit {
		c.ring.flush.Store(1) // told when that was read
	}
	switch {
	case tail == c.limit && flushed:
		return ErrFlushed
	case tail == c.limit && isClosed:
		return ErrClosed
	case tail == c.limit:
		return ErrEmpty
	case tail-c.limit > c.ring.size || !c.ring.spans(c.done, tail):
		return c.ring.poison("tail", tail)
	}
	c.limit, c.apart = tail, c.ring.apart.Load() != 0 // of one line
	return nil
}

// takeFlush says whether Flush was called, and takes note of it.
func (c *BytesConsumer) takeFlush() bool {
	return c.ring.flush.Load() != 0 && c.ring.flush.Swap(0) != 0
}

// gap goes past what is no record, up to one or to the end. It looks for a new tail twice, so that
// it ends whatever producers do: whoever moves the tail after that will ring.
func (c *BytesConsumer) gap() (View, error) {
	for reloads := 0; ; {
		if c.next == c.limit {
			if err := c.reload(); err != nil {
				return View{}, err
			}
			if reloads++; reloads > 2 {
				return View{}, ErrEmpty
			}
		}
		isClosed := c.bell.Load()&closed != 0 // before the header: see Close
		h := record(c.data.at(c.next).Load())
		n, isClaimed := uint64(h.length()), h.length() < 0
		if isClaimed {
			n = uint64(-h.length())
		}
		switch {
		case !c.holds(n) || !isClaimed && h.mark()&^markMore != 0 && h.mark() != markPadding:
			return View{}, c.ring.poison("record", uint64(h))
		case isClaimed && !isClosed:
			return View{}, ErrEmpty
		case isClaimed:
			c.abandon(n)
		case h.mark() == markPadding:
			c.skip(n)
		default:
			return c.view(h), nil
		}
	}
}

// skip goes past padding, and gives it back if no view is out.
func (c *BytesConsumer) skip(n uint64) {
	whole := c.next == c.done
	c.next += round8(n)
	if whole {
		c.giveBack(c.next)
	}
}

// abandon goes past a record that its producer has claimed and cannot commit any more, because the
// ring is closed. The producer lives and may be writing: so head stays, and nobody gets the room.
func (c *BytesConsumer) abandon(n uint64) {
	c.stays = true
	whole := c.next == c.done
	c.next += round8(n)
	if whole {
		c.done = c.next
	}
}

// back undoes the last look.
func (c *BytesConsumer) back(v View) { c.next = v.begin }
