package futex

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func TestLatch(t *testing.T) {
	var w world
	var l Latch
	mb := w.join()
	done, cancel := context.WithCancel(bg)
	cancel()
	if err := l.Wait(done, mb); err != nil || l.Count() != 0 {
		t.Errorf("Wait for a zero latch with a done context: %v; Count() = %d", err, l.Count())
	}
	for _, step := range []struct{ add, down, want int }{
		{3, 0, 3}, {0, 1, 2}, {2, 1, 3}, {0, 3, 0}, {1, 0, 1}, {0, 0, 1},
	} {
		if err := l.Add(step.add); err != nil {
			t.Fatal(err)
		}
		l.CountDown(step.down)
		if n := l.Count(); n != step.want {
			t.Errorf("Count() after %+v = %d", step, n)
		}
		err := l.Wait(done, mb)
		if step.want == 0 && err != nil || step.want != 0 && !errors.Is(err, context.Canceled) {
			t.Errorf("Wait with a done context, count %d: %v", step.want, err)
		}
	}
	short, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	if err := l.Wait(short, mb); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v, want DeadlineExceeded", err)
	}
}

func TestLatchRefuses(t *testing.T) {
	var l Latch
	mustPanic(t, "CountDown of an open latch", func() { l.CountDown(1) })
	if err := l.Add(1); err != nil {
		t.Fatal(err)
	}
	before := l.word.Load()
	mustPanic(t, "CountDown below zero", func() { l.CountDown(2) })
	mustPanic(t, "CountDown of a negative number", func() { l.CountDown(-1) })
	mustPanic(t, "Add of a negative number", func() { _ = l.Add(-1) })
	for _, n := range []int{maxCount, maxCount + 1, 1 << 40} {
		if err := l.Add(n); !errors.Is(err, ErrOverflow) {
			t.Errorf("Add(%d) to 1: %v, want ErrOverflow", n, err)
		}
	}
	if after := l.word.Load(); after != before {
		t.Errorf("what was refused changed the word from %#x to %#x", before, after)
	}
	if err := l.Add(maxCount - 1); err != nil || l.Count() != maxCount {
		t.Errorf("Add up to the maximum: %v; Count() = %d", err, l.Count())
	}
}

// The last count wakes all, of all members, also when the latch is closed again at
// once; and the generation wraps while they sleep.
func TestLatchReleasesAll(t *testing.T) {
	var w world
	var l Latch
	l.word.Store(uint64(^uint32(0) &^ (2*latchStep - 1)))
	members := []*fake{w.join(), w.join(), w.join()}
	const each, counts = 5, 40
	if err := l.Add(counts); err != nil {
		t.Fatal(err)
	}
	for round := range 10 {
		var waiters, counters sync.WaitGroup
		for _, mb := range members {
			for range each {
				waiters.Go(func() {
					if err := l.Wait(bg, mb); err != nil {
						t.Error(err)
					}
				})
			}
		}
		for _, mb := range members {
			eventually(t, func() bool { return mb.inLine(lowHalf(&l.word)) == each })
		}
		for range counts/2 - 1 {
			counters.Go(func() { l.CountDown(2) })
		}
		counters.Wait()
		if n := l.Count(); n != 2 {
			t.Fatalf("round %d: Count() = %d after all but 2 have been counted down", round, n)
		}
		l.CountDown(2)
		if err := l.Add(counts); err != nil {
			t.Fatal(err)
		}
		waiters.Wait()
		if uint32(l.word.Load())&latchWaiters != 0 {
			t.Fatalf("round %d: W is left", round)
		}
	}
}

func TestLatchWithHostileWords(t *testing.T) {
	var w world
	var l Latch
	mb := w.join()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		v := rng.Uint64() >> rng.IntN(64)
		l.word.Store(v)
		ctx, cancel := context.WithTimeout(bg, 50*time.Microsecond)
		if err := l.Wait(ctx, mb); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%#x: Wait: %v", v, err)
		}
		cancel()
		n := l.Count()
		if n < 0 || n > maxCount {
			t.Errorf("%#x: Count() = %d", v, n)
		}
		l.CountDown(n)
		if err := l.Wait(bg, mb); err != nil {
			t.Errorf("%#x: Wait after CountDown: %v", v, err)
		}
	}
}
