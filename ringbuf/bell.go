package ringbuf

import (
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// The bells of rings on which several processes may sleep at once. Above the bits closed, poisoned,
// parked and joined they count: every arming and every ringing makes another word of it. So nobody
// falls asleep on a word that was armed or rung after it had armed it, and whoever rings knows
// whether somebody has come since.
const ringStep = 1 << 4

// arm says that the caller is going to sleep, and returns the word to sleep on, after one more look
// at the ring. If parked is not set in it the bell was rung just now.
func arm(bell *atomic.Uint32) uint32 {
	bell.Or(parked) // a locked instruction: the fence
	return bell.Add(ringStep)
}

// ring wakes up to n sleepers. parked stays set as long as there was one for each of the n: there
// may be more. It is cleared only if nobody has armed the bell since, and all who did before are
// awake.
//
// Waking one for each value is enough if whoever got one wakes the next as long as there is more
// (see MPMC.more): parked is set until nobody sleeps, so that every value that is pushed while
// somebody sleeps wakes one more. What comes after Close is the last, and all may be waiting for
// the end behind it.
//
//go:noinline
func ring(bell *atomic.Uint32, n int) {
	v := bell.Add(ringStep)
	if v&closed != 0 {
		n = everyone
	}
	if woken, _ := futex.Wake(bell, n); woken < n {
		bell.CompareAndSwap(v, v&^parked)
	}
}

// ringAll wakes everybody.
func ringAll(bell *atomic.Uint32) {
	bell.And(^uint32(parked))
	bell.Add(ringStep)
	futex.Wake(bell, everyone)
}
