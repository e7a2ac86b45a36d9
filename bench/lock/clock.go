package lock

import (
	"math"
	"time"
)

// clock reads CLOCK_MONOTONIC in nanoseconds, as the other processes see it.
// The Go runtime reads the same clock without a system call but does not give
// its absolute value, so the difference is measured once.
type clock struct {
	epoch time.Time
	base  int64
}

// newClock finds the difference to within the time that two readings take, some
// tens of nanoseconds.
func newClock() clock {
	c := clock{epoch: time.Now()}
	least := int64(math.MaxInt64)
	for range 100 {
		before := monotonic()
		since := int64(time.Since(c.epoch))
		after := monotonic()
		if after-before < least {
			least, c.base = after-before, before+(after-before)/2-since
		}
	}
	return c
}

func (c *clock) now() uint64 { return uint64(c.base + int64(time.Since(c.epoch))) }

// thinkTime is how long a worker computes between two pairs where several work.
const thinkTime = 100 * time.Nanosecond

// runIn is how long each worker computes, at once with the others, before a short
// window of thinking and locking. A language's own threads run on the worker's CPU too, and Go's
// monitor looks every 20 µs at first, and every 10 ms only when it has found
// nothing to do for 20 ms: that would be 2 % of a short round.
const runIn = 25 * time.Millisecond

// think computes for as many turns of four steps: each waits for the one before,
// so that a turn takes the same time in Go and in C, and turns are few enough for
// a processor to foresee the last. What it begins with was read under the lock,
// so that a processor cannot begin before it has the lock.
//
//go:noinline
func think(x, turns uint64) uint64 {
	f, c := factor, addend
	for ; turns > 0; turns-- {
		x = x*f + c
		x = x*f + c
		x = x*f + c
		x = x*f + c
	}
	return x
}

// warmUp computes for the time of the run-in.
func (h *hand) warmUp(s *slot) {
	for until := h.clock.now() + uint64(runIn); h.clock.now() < until; {
		s.sink = think(s.sink, h.turns)
	}
}

// Variables, since the compiler would load constants in each turn.
var (
	factor uint64 = 6364136223846793005
	addend uint64 = 1442695040888963407
)

// sink keeps what think computes from being left out.
var sink uint64

// calibrate finds how many turns of think take a time.
func (c *clock) calibrate(d time.Duration) uint64 {
	const turns, tries = 200_000, 15
	best := uint64(math.MaxUint64)
	for range tries {
		begin := c.now()
		sink = think(sink, turns)
		best = min(best, c.now()-begin)
	}
	return (uint64(d)*turns + best/2) / best
}
