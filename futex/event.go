package futex

import (
	"context"
	"math"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/spin"
)

// The word of an Event: generation (bits 2-31), W (bit 1), S (bit 0). Each step
// from not set to set steps the generation and clears W. W is never set with S.
const (
	eventSet     = 1 << 0 // S
	eventWaiters = 1 << 1 // W: somebody may be asleep; whoever sets the event wakes all
	eventStep    = 1 << 2 // one generation
)

// Event is a flag in shared memory that any number of goroutines of any number
// of processes can wait for. The zero value is not set. It is four bytes; it must
// be 4-byte aligned and stay where it is while it is used.
//
// It has no owner: whoever sets it may die right after. A process whose death
// can be noticed, a member, never leaves waiters asleep, wherever in Set it is
// killed.
//
// The word counts how often the event was set, as the sequence numbers of
// eventcounts do (Reed and Kanodia, 1979), so that a waiter notices that it was
// set though it has been cleared since. The count has 30 bits: a waiter that
// sees nothing of exactly 2^30 times of Set and Clear waits for the next.
type Event struct {
	flag atomic.Uint32 // written by Set, Clear and sleepers, by compare-and-swap only
}

// IsSet reports whether the event is set.
func (e *Event) IsSet() bool { return e.flag.Load()&eventSet != 0 }

// Set sets the event and wakes all who wait for it, in all processes: also those
// who look only after it has been cleared again. If it is set already, it stays.
//
// What was written before Set is seen by whoever finds the event set, and, if it
// was set already, by whoever clears it after that.
func (e *Event) Set() {
	for {
		v := e.flag.Load()
		if v&eventSet != 0 {
			// A load alone would publish nothing: whoever clears the event next and
			// then looks for what is new would miss it. Pairs with Clear.
			if e.flag.CompareAndSwap(v, v) {
				return
			}
			continue
		}
		if e.flag.CompareAndSwap(v, v&^eventWaiters+eventStep|eventSet) {
			if v&eventWaiters != 0 {
				at(pointReleased)
				_, _ = Wake(&e.flag, math.MaxInt32)
			}
			return
		}
	}
}

// Clear takes the event back: from now on Wait waits for the next Set. Whoever
// was waiting when it was set still returns.
func (e *Event) Clear() {
	for {
		v := e.flag.Load()
		if v&eventSet == 0 || e.flag.CompareAndSwap(v, v&^eventSet) {
			return
		}
	}
}

// Wait returns nil when the event is set, or has been set since Wait began. If it
// is set already, that is at once, also with a ctx that is done. Otherwise the
// error is that of ctx, never before its deadline, or ErrAddress.
//
// The goroutines of one process that wait for an event hold one thread.
func (e *Event) Wait(ctx context.Context, mb Member) (err error) {
	if e.flag.Load()&eventSet == 0 {
		err = e.waitSlow(ctx, mb)
	}
	return
}

// waitSlow waits until the event is set or has another generation than now. It does
// not matter who set it, or whether that one lives: a death only has the sleepers look again,
// since a wake may have died with it.
func (e *Event) waitSlow(ctx context.Context, mb Member) error {
	since := e.flag.Load() &^ eventWaiters
	if since&eventSet != 0 {
		return nil
	}
	if ctx.Err() == nil && e.spin(since) {
		return nil
	}
	p := mb.Park(&e.flag)
	defer mb.Unpark(p)
	for {
		p.Look()
		v, passed := e.passedOrFlag(since)
		if passed {
			return nil
		}
		at(pointHanging)
		if err := p.WaitTogether(ctx, v); err != nil {
			return err
		}
		at(pointWoken)
	}
}

// spin looks at the event while it would be too early to sleep.
func (e *Event) spin(since uint32) bool {
	var s spin.Spinner
	for s.Next() {
		if e.flag.Load()&^eventWaiters != since {
			return true
		}
	}
	return false
}

// passedOrFlag is the sleeper's evaluation: it reports whether the event was set,
// and otherwise makes sure that W is set and returns the word to sleep on.
func (e *Event) passedOrFlag(since uint32) (v uint32, passed bool) {
	for {
		v = e.flag.Load()
		switch {
		case v&^eventWaiters != since:
			return v, true
		case v&eventWaiters != 0:
			return v, false
		case e.flag.CompareAndSwap(v, v|eventWaiters):
			return v | eventWaiters, false
		}
	}
}
