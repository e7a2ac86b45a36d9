package futex

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestEvent(t *testing.T) {
	var w world
	var e Event
	mb := w.join()
	done, cancel := context.WithCancel(bg)
	cancel()
	if err := e.Wait(done, mb); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait for a zero event with a done context: %v, want Canceled", err)
	}
	e.Clear()
	for range 2 {
		if e.IsSet() {
			t.Error("IsSet() of an event that is not set")
		}
		e.Set()
		e.Set()
		for _, ctx := range []context.Context{bg, done} {
			if err := e.Wait(ctx, mb); err != nil || !e.IsSet() {
				t.Errorf("Wait for a set event: %v; IsSet() = %v", err, e.IsSet())
			}
		}
		e.Clear()
		e.Clear()
	}
	short, cancel := context.WithTimeout(bg, 2*time.Millisecond)
	defer cancel()
	if err := e.Wait(short, mb); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait after Clear: %v, want DeadlineExceeded", err)
	}
	if d, _ := short.Deadline(); time.Now().Before(d) {
		t.Errorf("gave up %v before the deadline", time.Until(d))
	}
}

// Set with Clear right behind it reaches all who slept, of all members; and the
// generation wraps while they do.
func TestEventSetThenClearReleasesAll(t *testing.T) {
	var w world
	var e Event
	e.flag.Store(^uint32(0) &^ (2*eventStep - 1)) // one step before the wrap
	members := []*fake{w.join(), w.join(), w.join()}
	const each = 7
	for round := range 20 {
		var wg sync.WaitGroup
		for _, mb := range members {
			for range each {
				wg.Go(func() {
					if err := e.Wait(bg, mb); err != nil {
						t.Error(err)
					}
				})
			}
		}
		for _, mb := range members {
			eventually(t, func() bool { return mb.inLine(&e.flag) == each })
		}
		e.Set()
		e.Clear()
		wg.Wait()
		if v := e.flag.Load(); v&(eventSet|eventWaiters) != 0 {
			t.Fatalf("round %d: the word is %#x at the end: a flag is left", round, v)
		}
	}
}

// A waiter of the older news comes into the line behind one of the newer: it has
// missed the wake and must not wait for the other one's.
func TestEventLineOfTwoGenerations(t *testing.T) {
	var w world
	var e Event
	mb := w.join()
	late, goOn := make(chan struct{}), make(chan struct{})
	var stopped atomic.Bool
	hook = func(p point) {
		if p == pointHanging && !stopped.Swap(true) {
			close(late)
			<-goOn
		}
	}
	defer func() { hook = nil }()
	older, newer := make(chan error), make(chan error)
	go func() { older <- e.Wait(bg, mb) }()
	<-late
	e.Set()
	e.Clear()
	go func() { newer <- e.Wait(bg, mb) }()
	eventually(t, func() bool { return mb.sleepers() == 1 })
	close(goOn)
	if err := <-older; err != nil {
		t.Error(err)
	}
	e.Set()
	if err := <-newer; err != nil {
		t.Error(err)
	}
}

// Producers write, then set; the consumer clears, then reads. Nothing that was
// written stays unread, also where the event was set already.
func TestEventHandsOver(t *testing.T) {
	var w world
	var e Event
	const producers, rounds = 3, 2000
	var mu [producers]sync.Mutex // each slot is written and read under its own
	var slots [producers]int
	var wg sync.WaitGroup
	for i := range producers {
		wg.Go(func() {
			for range rounds {
				mu[i].Lock()
				slots[i]++
				mu[i].Unlock()
				e.Set()
			}
		})
	}
	consumer := w.join()
	for sum := 0; sum < producers*rounds; {
		if err := e.Wait(bg, consumer); err != nil {
			t.Fatal(err)
		}
		e.Clear()
		sum = 0
		for i := range slots {
			mu[i].Lock()
			sum += slots[i]
			mu[i].Unlock()
		}
	}
	wg.Wait()
}

// A death wakes the waiters, who go on waiting.
func TestEventOutlivesTheDeathOfOthers(t *testing.T) {
	var w world
	var e Event
	a, b := w.join(), w.join()
	got := make(chan error)
	go func() { got <- e.Wait(bg, b) }()
	eventually(t, func() bool { return b.sleepers() == 1 })
	w.kill(a)
	eventually(t, func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return !b.nudging && b.beds[0] != nil && !b.beds[0].stale()
	})
	e.Set()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// Whatever a peer writes into the word, nothing panics and every wait ends.
func TestEventWithHostileWords(t *testing.T) {
	var w world
	var e Event
	mb := w.join()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		v := rng.Uint32() | rng.Uint32()&3
		e.flag.Store(v)
		ctx, cancel := context.WithTimeout(bg, 50*time.Microsecond)
		if err := e.Wait(ctx, mb); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%#x: Wait: %v", v, err)
		}
		cancel()
		e.Clear()
		if e.IsSet() {
			t.Errorf("%#x: set after Clear", v)
		}
		e.Set()
		if err := e.Wait(bg, mb); err != nil || !e.IsSet() {
			t.Errorf("%#x: after Set: %v", v, err)
		}
	}
}
