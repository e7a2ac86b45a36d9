package ring

import (
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/internal/spin"
)

// A link is one party's way to the others: it sends and receives messages in chunks, so that
// no call through it is made for each message of a stream.
type link interface {
	// put sends n messages, numbered from first on, the last of them with the mark if last.
	put(first uint64, n int, last bool) error
	// get receives and checks n messages; after the last of all there may be fewer.
	get(n int) (last bool, err error)
	// book is what was sent and received so far.
	book() *ledger
}

// A closer is a link whose receivers learn of the end by it, not by a mark.
type closer interface{ end() error }

// rig is what all links of this package have.
type rig struct {
	ledger
	waiter
	batches
}

func (r *rig) book() *ledger { return &r.ledger }

// grace is how long after the window's end a party still waits for the other one, which may
// have failed or died.
const grace = uint64(3 * time.Second)

var errAlone = errors.New("the other party neither sends nor receives")

// waiter waits for another process to do something.
type waiter struct {
	clock *clock.Clock
	limit uint64 // when the window is over
	crowd bool   // there are more processes than CPUs
}

// patient is how many pauses there are before the CPU is given away, in a crowd.
const patient = 16

// idle is one turn of waiting; an error says that it is in vain.
func (w *waiter) idle(turn int) error {
	if w.crowd && turn >= patient {
		spin.OSYield()
	} else {
		spin.Pause(1)
	}
	spin.Checkpoint()
	if turn%1024 == 1023 && w.clock.Now() > w.limit+grace {
		return errAlone
	}
	return nil
}

// over reports whether the window is.
func (w *waiter) over() bool { return w.clock.Now() >= w.limit }

// later is what became of an attempt: nil for another one, after a turn of waiting for one
// that only came too early.
func (w *waiter) later(err, early error, turn int) error {
	if err == early || errors.Is(err, early) {
		return w.idle(turn)
	}
	return fmt.Errorf("a ring failed: %w", err)
}
