package ringbuf

import (
	"fmt"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// Close ends the ring: every later claim, push and commit fails with ErrClosed, the consumer gets
// what was committed and then ErrClosed, and whoever sleeps in either is woken, in all processes.
// What is claimed and not committed is lost. Closing twice is nothing. Anybody who has the ring may
// close it.
//
// The bell of the producers is set first, and every commit that missed it is made visible before
// that of the consumer: a consumer that reads "closed" and then no more records has seen every one
// whose push or commit returned nil.
func (r *Bytes) Close() error {
	r.toProducer.Or(closed)
	if r.plainPush.Load() != 0 {
		heavyBarrier()
	}
	r.toConsumer.Or(closed)
	r.wakeBoth()
	return nil
}

// Flush wakes the consumer if it sleeps: it gets what is stored, then ErrFlushed once, and can go
// on. A consumer that waits does not wait for a record that is claimed and not committed, then. Several calls before it has noticed count as one. Anybody who has the ring may call it.
func (r *Bytes) Flush() {
	r.flush.Store(1) // before the look at the flag, in ringOnce
	ringOnce(r.toProducer)
}

// ringOnce wakes those who sleep on the bell, if its flag is up, once: whoever clears the flag makes the
// call.
func ringOnce(bell *atomic.Uint32) {
	if bell.Load()&parked != 0 && bell.And(^uint32(parked))&parked != 0 {
		futex.Wake(bell, everyone)
	}
}

// poison makes every later call of all sides fail, and returns what it fails with.
func (r *Bytes) poison(what string, got uint64) error {
	r.toProducer.Or(poisoned)
	r.toConsumer.Or(poisoned)
	r.wakeBoth()
	return fmt.Errorf("%w: %s is %#x", ErrCorrupt, what, got)
}

func (r *Bytes) wakeBoth() {
	futex.Wake(r.toProducer, everyone)
	futex.Wake(r.toConsumer, everyone)
}

// halted is why the side whose bell it is cannot go on.
func (r *Bytes) halted(word *atomic.Uint32) error {
	if word == &gone {
		panic("ringbuf: use of a released role")
	}
	switch bell := word.Load(); {
	case bell&^bellBits != 0:
		return r.poison("bell", uint64(bell))
	case bell&poisoned != 0:
		return ErrCorrupt
	default:
		return ErrClosed
	}
}

// spread finishes a Close or a poisoning that reached one bell only, and poisons a ring whose bell
// is garbage.
func (r *Bytes) spread(bell uint32) {
	switch {
	case bell&^bellBits != 0, bell&poisoned != 0:
		_ = r.poison("bell", uint64(bell))
	case bell&closed != 0:
		_ = r.Close()
	}
}
