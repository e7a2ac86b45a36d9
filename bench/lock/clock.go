package lock

import (
	"math"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
)

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
	for ; turns > 0; turns-- {
		x = (x ^ addend) * factor
		x = (x ^ addend) * factor
		x = (x ^ addend) * factor
		x = (x ^ addend) * factor
	}
	return x
}

// Constants, as in C: a variable would be loaded, and a load waits for the locked
// instruction of the unlock before it, which the multiplications overtake.
const (
	factor = 6364136223846793005
	addend = 1442695040888963407
)

// warmUp computes for the time of the run-in.
func (h *hand) warmUp(s *slot) {
	for until := h.clock.Now() + uint64(runIn); h.clock.Now() < until; {
		s.sink = think(s.sink, h.turns)
	}
}

// sink keeps what think computes from being left out.
var sink uint64

// calibrate finds how many turns of think take a time.
func calibrate(c *clock.Clock, d time.Duration) uint64 {
	const turns, tries = 200_000, 15
	best := uint64(math.MaxUint64)
	for range tries {
		begin := c.Now()
		sink = think(sink, turns)
		best = min(best, c.Now()-begin)
	}
	return (uint64(d)*turns + best/2) / best
}
