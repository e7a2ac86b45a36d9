package ringbuf

import (
	"sync/atomic"
	"testing"
)

// Every arming and every ringing makes another word of a bell, so that nobody falls asleep on one that was
// armed or rung after it was; and none but parked among its bits is touched.
func TestBellCounts(t *testing.T) {
	for _, bits := range []uint32{0, closed, poisoned, joined, closed | poisoned | joined} {
		var bell atomic.Uint32
		bell.Store(bits)
		seen := map[uint32]string{bits: "nothing"}
		for round := range 3 {
			for what, do := range map[string]func(){
				"arm": func() {
					if got := arm(&bell); got&parked == 0 || got != bell.Load() {
						t.Errorf("arm gives %#x, and the bell is %#x", got, bell.Load())
					}
				},
				"ring": func() { ring(&bell, 1) }, "ringAll": func() { ringAll(&bell) },
			} {
				before := bell.Load()
				do()
				word := bell.Load()
				if other, ok := seen[word|parked]; ok {
					t.Errorf("round %d: %s makes %#x of %#x, as %s did", round, what, word, before, other)
				}
				if seen[word|parked] = what; word&(closed|poisoned|joined) != bits {
					t.Errorf("%s makes %#x of %#x", what, word, before)
				}
			}
		}
	}
}

// Whoever rings and wakes nobody takes the flag down, but not if somebody has armed the bell since.
func TestRingTakesTheFlagDown(t *testing.T) {
	var bell atomic.Uint32
	arm(&bell)
	if ring(&bell, 1); bell.Load()&parked != 0 {
		t.Error("nobody sleeps, and the flag is up")
	}
	arm(&bell)
	rung := bell.Add(ringStep) // as ring
	arm(&bell)
	if bell.CompareAndSwap(rung, rung&^parked) {
		t.Error("the flag of who came meanwhile was taken down")
	}
	arm(&bell)
	if ringAll(&bell); bell.Load()&parked != 0 {
		t.Error("all are awake, and the flag is up")
	}
}
