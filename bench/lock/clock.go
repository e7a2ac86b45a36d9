package lock

import (
	"math"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
)

// thinkTime is how long a worker computes between two pairs where several work.
const thinkTime = 100 * time.Nanosecond

// think computes for as many turns: each waits for the one before, so that a
// turn takes the same time in Go and in C. What it begins with was read under
// the lock, so that a processor cannot begin before it has the lock.
//
//go:noinline
func think(x, turns uint64) uint64 {
	f, c := factor, addend
	for ; turns > 0; turns-- {
		x = x*f + c
	}
	return x
}

// Variables, since the compiler would load constants in each turn.
var (
	factor uint64 = 6364136223846793005
	addend uint64 = 1442695040888963407
)

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
