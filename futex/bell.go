package futex

import (
	"math"
	"sync/atomic"
)

// A bell is a word that is slept on for the sake of something else: bit 0 says
// that somebody may be asleep, the rest counts the rings.
//
//	sleeper:     v := arm(bell);  look at the thing;  sleep while the bell is v
//	other side:  change the thing;  ring(bell)
//
// Either the ring sees the bit, and steps the word, or arm came after it, and
// then the look sees the change. Whoever dies between its change and the wake
// is made good for by the nudge that its death sends.

const bellArmed = 1

// arm sets the bit and returns the word to sleep on.
func arm(bell *atomic.Uint32) uint32 { return bell.Or(bellArmed) | bellArmed }

// ring wakes all who may be asleep.
func ring(bell *atomic.Uint32) {
	for {
		v := bell.Load()
		if v&bellArmed == 0 {
			return
		}
		if bell.CompareAndSwap(v, (v+2)&^bellArmed) {
			_, _ = Wake(bell, math.MaxInt32)
			return
		}
	}
}
