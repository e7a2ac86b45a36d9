package ringbuf

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

// TestBroadcastHostile overwrites any shared word with anything between the calls: every call
// returns, in bounded memory (the guard pages would fault) and time.
func TestBroadcastHostile(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for i := range 4 {
		o := Options{Capacity: []int{2, 8}[i/2], Overflow: Overflow(i % 2)}
		mem := testmem.Guarded(t, sizeCast[message](t, o.Capacity), testmem.Side(i%2))
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		for range rounds(5_000, 250_000) {
			x := openCast[message](t, mem, o, rng.Uint64())
			s := x.join(t, 3)
			for range 1 + rng.IntN(12) {
				if rng.IntN(3) == 0 {
					garbleCast(mem, rng)
				}
				if err := anyCallCast(t, x, s, rng); !expected(err) {
					t.Fatal(err)
				}
				if n := x.Len(); n < 0 || n > x.Cap() {
					t.Fatalf("Len %d", n)
				}
			}
		}
	}
}

func garbleCast(mem []byte, rng *rand.Rand) {
	offs := []int{
		offToPublisher, offToSubscribers, offPlainPublish, offCastTail, offReserved, offFloor,
		offSubscribers, offSubscribers + offCursor, offSubscribers + 8*rng.IntN(64), offCastCells, offCastCells + slotAlign, 8 * rng.IntN(len(mem)/8),
	}
	w := word64(mem, offs[rng.IntN(len(offs))]%(len(mem)-7))
	switch rng.IntN(4) {
	case 0:
		w.Store(rng.Uint64())
	case 1:
		w.Add(rng.Uint64N(5) - 2)
	case 2:
		w.Store(w.Load() ^ 1<<rng.IntN(64))
	case 3:
		w.Store(uint64(rng.IntN(8)))
	}
}

func anyCallCast(t *testing.T, x *station[message], s *Subscriber[message], rng *rand.Rand) error {
	ctx, cancel := context.WithCancel(t.Context())
	if rng.IntN(200) == 0 {
		ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	} else {
		cancel()
	}
	defer cancel()
	err := error(nil)
	switch rng.IntN(7) {
	case 0:
		err = x.p.TryPublish(message{})
	case 1:
		err = s.TryNext(new(message))
	case 2:
		_, err = x.p.TryPublishBatch(make([]message, rng.IntN(10)))
	case 3:
		_, err = s.TryNextBatch(make([]message, rng.IntN(10)))
	case 4:
		_, err = s.Next(ctx)
	case 5:
		err = x.p.Publish(ctx, message{})
	case 6:
		b, aerr := AttachBroadcast[message](x.mem, Options{Overflow: x.mode})
		if aerr != nil {
			return nil // refused: fine
		}
		x.town.dead[x.pm.id].Store(rng.IntN(2) == 0)
		if x.p.member == x.pm {
			var p *Publisher[message]
			if p, err = b.Publisher(x.town.member(3)); err == nil {
				x.p = p
			}
		}
		_, serr := b.Subscribe(x.town.member(3), rng.IntN(4))
		err = errors.Join(err, serr)
	}
	return err
}

// TestBroadcastCorruptIsForAll: after one handle saw an impossible value all fail at once, until the
// memory is formatted again.
func TestBroadcastCorruptIsForAll(t *testing.T) {
	for what, c := range map[string]struct {
		garble  func(*station[message])
		publish bool
	}{
		"stamp":  {func(x *station[message]) { x.cells.at(0).stamp.Store(78) }, false},
		"lapped": {func(x *station[message]) { x.cells.at(0).stamp.Store(5) }, false}, // nobody laps in this mode
		"cursor": {func(x *station[message]) { x.cursor(0).Store(99) }, true},
		"closed": {func(x *station[message]) { x.toSubscribers.Or(poisoned) }, false},
	} {
		x := heapCast(t, Options{Capacity: 4})
		s := x.join(t, 0)
		c.garble(x)
		err := s.TryNext(new(message))
		for n := 0; c.publish && n < 5; n++ {
			err = x.p.TryPublish(message{})
		}
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
		_, serr := x.Subscribe(x.pm, 0)
		_, nerr := s.Next(t.Context())
		all := []error{serr, nerr, s.TryNext(new(message))}
		if what != "closed" { // that one has reached one side only
			_, perr := x.Publisher(x.pm)
			all = append(all, perr, x.p.TryPublish(message{}), x.p.Publish(t.Context(), message{}))
		}
		for _, err := range all {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s, afterwards: %v", what, err)
			}
		}
		x = openCast[message](t, x.mem, Options{Capacity: 4}, 0)
		if err := x.p.TryPublish(message{}); err != nil {
			t.Errorf("%s, formatted: %v", what, err)
		}
	}
}
