package ringbuf

import (
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
	r.end()
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
