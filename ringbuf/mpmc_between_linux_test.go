package ringbuf

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// A push that finds the ring closed behind its claim wakes who waits for that value: the end comes behind it.
func TestMPMCAbandonWakes(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 4})
	i := must[uint64](t)(x.s.claim())
	endsBy(popsMPMC(x, func() error {
		x.toSenders.Or(closed) // by one that was killed then
		return other(x.s.abandon(i, 1), ErrClosed)
	}), ErrClosed).wakes(t)
}

// A push that finds no room when the ring was closed since says that.
func TestMPMCClosedWhileFull(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 1})
	noError(t, x.Close())
	if err := x.s.full(); err != ErrClosed {
		t.Errorf("push: %v", err)
	}
}

// Nobody takes a value out of a poisoned ring, not even a handle that goes the short way.
func TestMPMCPoisonedAndFull(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 4})
	x.c.fast = plainStores && registerBarrier() && goPlain(x.plainPop)
	noError(t, x.s.TryPush(messageOf(1)))
	_ = x.poison("test", 1)
	if err := x.c.TryPop(new(message)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("pop: %v", err)
	}
	if w := x.cells.at(0).stamp.Load(); w&stateMask != cellFull {
		t.Errorf("the cell is %#x", w)
	}
}

// Nobody falls asleep on a bell that was rung while it was armed: whoever rings next would see no flag.
func TestRungWhileArming(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // of a hang
	defer cancel()
	x := heapCrowd(t, Options{Capacity: 4})
	place := x.rm.Park(x.toSenders)
	defer x.rm.Unpark(place)
	place.Look()
	l := lull{word: x.toSenders, plain: x.plainPush, member: x.rm}
	if err := l.sleep(ctx, place, x.toSenders.Load(), true); err != nil {
		t.Errorf("of several: %v", err)
	}
	y := heapPair(t, 4)
	alone := y.cm.Park(y.toProducer)
	defer y.cm.Unpark(alone)
	alone.Look()
	w := wait{word: y.toProducer, plain: y.plainPush, peer: y.producer, member: y.cm}
	if err := w.sleep(ctx, alone, y.toProducer.Load(), true); err != nil {
		t.Errorf("alone: %v", err)
	}
}

// Hints do not go back.
func TestHintsDoNotGoBack(t *testing.T) {
	var hint atomic.Uint64
	for _, c := range []struct{ at, to, want uint64 }{{5, 7, 7}, {7, 5, 7}, {7, 7, 7}, {1<<64 - 2, 3, 3}, {3, 1<<64 - 2, 3}} {
		hint.Store(c.at)
		if advance(&hint, c.to); hint.Load() != c.want {
			t.Errorf("from %d to %d: %d", c.at, c.to, hint.Load())
		}
	}
}
