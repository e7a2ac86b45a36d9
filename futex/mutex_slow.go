package futex

import (
	"context"
	"math"

	"github.com/shmengine/shmengine/internal/spin"
)

// Points of the slow path at which a test can stop the process.
type point uint8

const (
	pointWoken    point = iota // Wait has returned, nothing re-evaluated yet
	pointHanging               // about to sleep
	pointTaken                 // the slow path has taken the mutex
	pointReleased              // unlocked, the wake not sent yet
)

// hook is nil except in tests.
var hook func(point)

func at(p point) {
	if hook != nil {
		hook(p)
	}
}

// lock takes the mutex if it is free; otherwise it spins, then sleeps, then spins
// again: whoever goes back to sleep as soon as somebody else was faster falls into
// a rhythm with that one in which every pair of the two is paid for with a wake
// and a sleep.
//
// Both ways are in one function, since thousands may wait in it, and the garbage
// collector goes through each frame of each.
func (m *Mutex) lock(ctx context.Context, mb Member) error {
	// Pairs with Unlock: what the previous owner wrote is seen from here on.
	id := uint32(mb.ID())
	if m.word.CompareAndSwap(0, id) || ctx.Err() == nil && m.spinLock(id) {
		return nil
	}
	p := mb.Park(&m.word)
	defer mb.Unpark(p) // also when a method of ctx panics
	for {
		p.Look()
		v, done, owner := m.takeOrFlag(mb)
		if done {
			return owner
		}
		at(pointHanging)
		if err := p.WaitInLine(ctx, v); err != nil {
			return err
		}
		at(pointWoken)
		if !p.stale() && m.spinLock(id|waitersFlag) { // W: somebody may be asleep still
			at(pointTaken)
			return nil
		}
	}
}

// spinLock tries to make the mutex's word v while it would be too early to
// sleep. The word is only read until it is free, so that the owner keeps its
// cache line.
func (m *Mutex) spinLock(v uint32) bool {
	var s spin.Spinner
	for {
		switch now := m.word.Load(); {
		case now == 0:
			if m.word.CompareAndSwap(0, v) {
				return true
			}
		case now&idMask == notRecoverable:
			return false
		}
		if !s.Next() {
			return false
		}
	}
}

// takeOrFlag is the sleeper's evaluation. It takes the mutex if that is free or
// its owner dead, with W set: somebody may be asleep still. Otherwise it makes
// sure that W is set and returns the word to sleep on.
//
// done means that the lock's answer is err. Every turn of the loop but the last
// is another member's progress on the word.
func (m *Mutex) takeOrFlag(mb Member) (v uint32, done bool, err error) {
	id := uint32(mb.ID())
	for {
		v = m.word.Load()
		switch owner := v & idMask; {
		case v == 0:
			if m.word.CompareAndSwap(0, id|waitersFlag) {
				at(pointTaken)
				return v, true, nil
			}
		case owner == notRecoverable:
			return v, true, ErrNotRecoverable
		case !mb.Alive(ID(owner)):
			if m.word.CompareAndSwap(v, id|waitersFlag|deadFlag) {
				at(pointTaken)
				return v, true, ErrOwnerDied
			}
		case v&waitersFlag != 0:
			return v, false, nil
		default:
			if m.word.CompareAndSwap(v, v|waitersFlag) {
				return v | waitersFlag, false, nil
			}
		}
	}
}

// tryDead is the second half of TryLock.
func (m *Mutex) tryDead(mb Member) (bool, error) {
	id := uint32(mb.ID())
	for {
		v := m.word.Load()
		switch owner := v & idMask; {
		case v == 0:
			if m.word.CompareAndSwap(0, id) {
				return true, nil
			}
		case owner == notRecoverable:
			return false, ErrNotRecoverable
		case mb.Alive(ID(owner)):
			return false, nil
		case m.word.CompareAndSwap(v, id|waitersFlag|deadFlag):
			return true, ErrOwnerDied
		}
	}
}

// unlockSlow unlocks with sleepers or after a dead owner. While the caller holds
// the mutex others only add W, so the loop ends.
func (m *Mutex) unlockSlow(mb Member) {
	id := uint32(mb.ID())
	for {
		v := m.word.Load()
		switch {
		case v&idMask != id:
			panic("futex: Unlock of a mutex that the member does not hold")
		case v&deadFlag != 0:
			if m.word.CompareAndSwap(v, notRecoverable) {
				at(pointReleased)
				_, _ = Wake(&m.word, math.MaxInt32)
				return
			}
		case m.word.CompareAndSwap(v, 0):
			if v&waitersFlag != 0 {
				at(pointReleased)
				_, _ = Wake(&m.word, 1)
			}
			return
		}
	}
}
