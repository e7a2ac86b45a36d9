package futex

import (
	"context"
	"math"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/spin"
)

// The word of a Latch: count (bits 32-62), generation (bits 1-31), W (bit 0). The
// low half is what sleepers sleep on: it changes when the latch opens, not when
// it counts. Opening steps the generation and clears W.
const (
	latchWaiters = 1 << 0 // W: somebody may be asleep; whoever opens the latch wakes all
	latchStep    = 1 << 1 // one generation
	latchCount   = 1 << 32

	maxCount = math.MaxInt32
)

// Latch is a count in shared memory that processes count down and wait for. It is
// open while the count is 0, as the zero value is. It is eight bytes; it must be
// 8-byte aligned and stay where it is while it is used.
//
// It has no owners: what a process that dies has not counted down stays to be
// counted down, by whoever took its work over. It may be used again: a waiter
// returns when the latch has opened, also if it was closed at once by Add. The
// generation has 31 bits, as Event's has 30.
type Latch struct {
	word atomic.Uint64 // written by all, by compare-and-swap only
}

// Count returns what is to be counted down at this moment.
func (l *Latch) Count() int { return int(l.word.Load() / latchCount & maxCount) }

// Add adds n to the count, which closes a latch that is open. It returns
// ErrOverflow, and changes nothing, if the count would exceed 2^31-1.
//
// It panics if n is negative; see CountDown.
func (l *Latch) Add(n int) error {
	if n < 0 {
		panic("futex: Add of a negative number to a latch")
	}
	for {
		v := l.word.Load()
		if uint64(n) > maxCount-v/latchCount&maxCount {
			return ErrOverflow
		}
		if l.word.CompareAndSwap(v, v+uint64(n)*latchCount) {
			return nil
		}
	}
}

// CountDown takes n from the count and, if that makes it 0, wakes all who wait.
// What was written before it is seen by whoever finds the latch open.
//
// It panics if n is negative or more than the count, which is then unchanged.
func (l *Latch) CountDown(n int) {
	for {
		v := l.word.Load()
		count := v / latchCount & maxCount
		if n < 0 || uint64(n) > count {
			panic("futex: CountDown of a latch below zero")
		}
		if n == 0 {
			return
		}
		if uint64(n) < count {
			if l.word.CompareAndSwap(v, v-uint64(n)*latchCount) {
				return
			}
			continue
		}
		if l.word.CompareAndSwap(v, uint64(uint32(v)&^latchWaiters+latchStep)) {
			if v&latchWaiters != 0 {
				at(pointReleased)
				_, _ = Wake(lowHalf(&l.word), math.MaxInt32)
			}
			return
		}
	}
}

// Wait returns nil when the latch is open, or has been open since Wait began. If
// it is open already, that is at once, also with a ctx that is done. Otherwise
// the error is that of ctx, never before its deadline, or ErrAddress.
//
// The goroutines of one process that wait for a latch hold one thread.
func (l *Latch) Wait(ctx context.Context, mb Member) (err error) {
	if l.word.Load()&(maxCount*latchCount) != 0 {
		err = l.waitSlow(ctx, mb)
	}
	return
}

// waitSlow waits until the count is 0 or the generation is another than now.
func (l *Latch) waitSlow(ctx context.Context, mb Member) error {
	since := uint32(l.word.Load()) &^ latchWaiters
	if ctx.Err() == nil && l.spin(since) {
		return nil
	}
	p := mb.Park(lowHalf(&l.word))
	defer mb.Unpark(p)
	for {
		p.Look()
		v, open := l.openOrFlag(since)
		if open {
			return nil
		}
		at(pointHanging)
		if err := p.WaitTogether(ctx, v); err != nil {
			return err
		}
		at(pointWoken)
	}
}

// spin looks at the latch while it would be too early to sleep.
func (l *Latch) spin(since uint32) bool {
	var s spin.Spinner
	for s.Next() {
		if openSince(l.word.Load(), since) {
			return true
		}
	}
	return false
}

// openSince reports whether the latch with word v is open, or was since.
func openSince(v uint64, since uint32) bool {
	return v/latchCount&maxCount == 0 || uint32(v)&^latchWaiters != since
}

// openOrFlag is the sleeper's evaluation: it reports whether the latch has
// opened, and otherwise makes sure that W is set and returns the low half to
// sleep on.
func (l *Latch) openOrFlag(since uint32) (half uint32, open bool) {
	for {
		v := l.word.Load()
		switch {
		case openSince(v, since):
			return uint32(v), true
		case v&latchWaiters != 0:
			return uint32(v), false
		case l.word.CompareAndSwap(v, v|latchWaiters):
			return uint32(v) | latchWaiters, false
		}
	}
}
