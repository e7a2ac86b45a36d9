package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// sleeper is one side that waits, the word on which it sleeps, and a call of the other side.
type sleeper struct {
	wait func(context.Context) error
	word *atomic.Uint32
	call func() error
}

// wakes checks that the call, made once, wakes the side that sleeps.
func (s sleeper) wakes(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // of a hang
	defer cancel()
	got := make(chan error, 1)
	go func() { got <- s.wait(ctx) }()
	untilAsleep(s.word, 1)
	if err := s.call(); err != nil {
		t.Fatalf("the call: %v", err)
	}
	err := <-got
	if ctx.Err() != nil { // the last look of a wait would find what it was not woken for
		t.Fatal("the side that slept was not woken")
	}
	if err != nil {
		t.Fatalf("the side that slept: %v", err)
	}
}

// Each call that makes something happen for the other side wakes it by itself.
func TestEveryCallWakes(t *testing.T) {
	for name, open := range map[string]func(*testing.T) sleeper{
		"push":       func(t *testing.T) sleeper { x := heapPair(t, 4); return popping(x, pushing(x)) },
		"push batch": func(t *testing.T) sleeper { x := heapPair(t, 4); return popping(x, pushingBatch(x)) },
		"pop":        func(t *testing.T) sleeper { x := heapPair(t, 4); return waitsToPush(t, x, one(x)) },
		"pop batch":  func(t *testing.T) sleeper { x := heapPair(t, 4); return waitsToPush(t, x, batch(x)) },
		"close":      func(t *testing.T) sleeper { x := heapPair(t, 4); return endsBy(popping(x, x.Close), ErrClosed) },
		"poison":     func(t *testing.T) sleeper { x := heapPair(t, 4); return endsBy(popping(x, spoil(x)), ErrCorrupt) },
	} {
		t.Run(name, func(t *testing.T) { open(t).wakes(t) })
	}
}

func popping(x *pair[message], call func() error) sleeper {
	return sleeper{func(ctx context.Context) error { _, err := x.c.Pop(ctx); return err }, x.toProducer, call}
}

func pushing(x *pair[message]) func() error { return func() error { return x.p.TryPush(messageOf(1)) } }

func pushingBatch(x *pair[message]) func() error {
	return func() error { _, err := x.p.TryPushBatch([]message{messageOf(1), messageOf(2)}); return err }
}

func one(x *pair[message]) func() error { return func() error { return x.c.TryPop(new(message)) } }

func batch(x *pair[message]) func() error {
	return func() error { _, err := x.c.TryPopBatch(make([]message, 2)); return err }
}

func spoil(x *pair[message]) func() error {
	return func() error { _ = x.poison("test", 1); return nil }
}

// waitsToPush is a producer that sleeps because the ring is full.
func waitsToPush(t *testing.T, x *pair[message], call func() error) sleeper {
	for i := range x.Cap() {
		if err := x.p.TryPush(messageOf(uint64(i))); err != nil {
			t.Fatal(err)
		}
	}
	return sleeper{func(ctx context.Context) error { return x.p.Push(ctx, messageOf(9)) }, x.toConsumer, call}
}

// endsBy is a side whose wait ends with an error.
func endsBy(s sleeper, want error) sleeper {
	wait := s.wait
	s.wait = func(ctx context.Context) error { return other(wait(ctx), want) }
	return s
}

func TestMPMCEveryCallWakes(t *testing.T) {
	for name, call := range map[string]func(x *crowd[message]) error{
		"push":       func(x *crowd[message]) error { return x.s.TryPush(messageOf(1)) },
		"push batch": func(x *crowd[message]) error { _, err := x.s.TryPushBatch([]message{messageOf(1)}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			x := heapCrowd(t, Options{Capacity: 4})
			popsMPMC(x, func() error { return call(x) }).wakes(t)
		})
	}
	for name, end := range map[string]struct {
		call func(x *crowd[message]) error
		want error
	}{
		"close":  {func(x *crowd[message]) error { return x.Close() }, ErrClosed},
		"poison": {func(x *crowd[message]) error { return other(x.poison("test", 1), ErrCorrupt) }, ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			x := heapCrowd(t, Options{Capacity: 4})
			endsBy(popsMPMC(x, func() error { return end.call(x) }), end.want).wakes(t)
		})
		t.Run(name+" of a full ring", func(t *testing.T) {
			x := heapCrowd(t, Options{Capacity: 4})
			endsBy(pushesMPMC(t, x, func() error { return end.call(x) }), end.want).wakes(t)
		})
	}
	t.Run("return", func(t *testing.T) {
		x := heapCrowd(t, Options{Capacity: 4})
		other := heldByAnother(t, x)
		popsMPMC(x, func() error { other.Return(); return nil }).wakes(t)
	})
}

func popsMPMC(x *crowd[message], call func() error) sleeper {
	return sleeper{func(ctx context.Context) error { _, err := x.c.Pop(ctx); return err }, x.toSenders, call}
}

// pushesMPMC is a sender that sleeps because the ring is full.
func pushesMPMC(t *testing.T, x *crowd[message], call func() error) sleeper {
	for i := range x.Cap() {
		if err := x.s.TryPush(messageOf(uint64(i))); err != nil {
			t.Fatal(err)
		}
	}
	return sleeper{func(ctx context.Context) error { return x.s.Push(ctx, messageOf(9)) }, x.toReceivers, call}
}

func TestMPMCEveryCallMakesRoom(t *testing.T) {
	for name, call := range map[string]func(x *crowd[message]) error{
		"pop":       func(x *crowd[message]) error { return x.c.TryPop(new(message)) },
		"pop batch": func(x *crowd[message]) error { _, err := x.c.TryPopBatch(make([]message, 1)); return err },
		"done":      func(x *crowd[message]) error { err := x.c.TryTake(new(message)); x.c.Done(); return err },
	} {
		for _, fast := range []bool{false, plainStores} {
			t.Run(name, func(t *testing.T) {
				x := heapCrowd(t, Options{Capacity: 4})
				if x.c.fast = fast; fast {
					x.c.fast = registerBarrier() && goPlain(x.plainPop)
				}
				pushesMPMC(t, x, func() error { return call(x) }).wakes(t)
			})
		}
	}
}

// heldByAnother has another receiver take the only value.
func heldByAnother(t *testing.T, x *crowd[message]) *Receiver[message] {
	c := must[*Receiver[message]](t)(x.Receiver(x.town.member(3)))
	if err := x.s.TryPush(messageOf(1)); err != nil {
		t.Fatal(err)
	}
	if err := c.TryTake(new(message)); err != nil {
		t.Fatal(err)
	}
	return c
}

// other is nil if err is what is wanted.
func other(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	return fmt.Errorf("%v, want %v", err, want)
}

func TestBytesEveryCallWakes(t *testing.T) {
	msg := []byte("a message")
	for form, many := range forms {
		for name, call := range map[string]func(x *bytesPair) error{
			"push":       func(x *bytesPair) error { return x.p.TryPush(msg) },
			"push batch": func(x *bytesPair) error { _, err := x.p.TryPushBatch([][]byte{msg}); return err },
			"commit":     func(x *bytesPair) error { l, err := x.p.TryClaim(9); return errors.Join(err, l.Commit()) },
		} {
			t.Run(form+" "+name, func(t *testing.T) {
				x := heapBytes(t, 256, many)
				sleeper{func(ctx context.Context) error { _, err := x.c.Pop(ctx, make([]byte, 64)); return err }, x.toProducer, func() error { return call(x) }}.wakes(t)
			})
		}
		for _, fast := range []bool{false, plainStores} {
			t.Run(fmt.Sprint(form, " release ", fast), func(t *testing.T) {
				x := heapBytes(t, 64, many)
				if fast {
					x.c.fast = registerBarrier() && goPlain(x.plainPop)
				}
				for x.p.TryPush(msg) == nil {
				}
				sleeper{func(ctx context.Context) error { return x.p.Push(ctx, msg) }, x.toConsumer, func() error { _, err := x.c.TryPop(make([]byte, 64)); return err }}.wakes(t)
			})
		}
	}
}

func TestBroadcastEveryCallWakes(t *testing.T) {
	for name, call := range map[string]func(x *station[message]) error{
		"publish":       func(x *station[message]) error { return x.p.TryPublish(messageOf(1)) },
		"publish batch": func(x *station[message]) error { _, err := x.p.TryPublishBatch([]message{messageOf(1)}); return err },
		"close":         func(x *station[message]) error { return errors.Join(x.p.TryPublish(messageOf(1)), x.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			x := heapCast(t, Options{Capacity: 4})
			s := x.join(t, 0)
			sleeper{func(ctx context.Context) error { _, err := s.Next(ctx); return err }, x.toPublisher, func() error { return call(x) }}.wakes(t)
		})
	}
	for name, call := range map[string]func(s *Subscriber[message]) error{
		"next":       func(s *Subscriber[message]) error { return s.TryNext(new(message)) },
		"next batch": func(s *Subscriber[message]) error { _, err := s.TryNextBatch(make([]message, 2)); return err },
		"release":    func(s *Subscriber[message]) error { s.Release(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			x := heapCast(t, Options{Capacity: 4})
			s := x.join(t, 0)
			for x.p.TryPublish(messageOf(1)) == nil {
			}
			sleeper{func(ctx context.Context) error { return x.p.Publish(ctx, messageOf(9)) }, x.toSubscribers, func() error { return call(s) }}.wakes(t)
		})
	}
}

// Who sleeps because of one other says whose death it waits for: the mark of anybody else's is nothing to
// it, and costs it nothing.
func TestSleeperSaysOfWhom(t *testing.T) {
	one, full, bytes := heapPair(t, 4), heapPair(t, 4), heapBytes(t, 64, false)
	reads := func(ctx context.Context) error { _, err := bytes.c.Pop(ctx, make([]byte, 64)); return err }
	for name, x := range map[string]struct {
		sleeper
		who *double
		of  futex.ID
	}{
		"pop":  {popping(one, one.Close), one.cm, one.pm.id},
		"push": {waitsToPush(t, full, full.Close), full.pm, full.cm.id},
		"read": {sleeper{reads, bytes.toProducer, bytes.Close}, bytes.cm, bytes.pm.id},
	} {
		ended := make(chan error, 1)
		go func() { ended <- x.wait(t.Context()) }()
		untilAsleep(x.word, 1)
		if !x.who.WaitsFor(x.of) || x.who.WaitsFor(x.of+5) {
			t.Errorf("%s: it waits for its peer: %v, for another: %v", name, x.who.WaitsFor(x.of), x.who.WaitsFor(x.of+5))
		}
		noError(t, x.call())
		if err := <-ended; !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
