package ringbuf

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

// TestMPMCCorruptIsForAll: after one handle saw an impossible value all fail at once, until the
// memory is formatted again.
func TestMPMCCorruptIsForAll(t *testing.T) {
	push := func(x *crowd[message]) error { return x.s.TryPush(message{}) }
	pop := func(x *crowd[message]) error { return x.c.TryPop(new(message)) }
	for what, c := range map[string]struct {
		garble func(*crowd[message])
		call   func(*crowd[message]) error
	}{
		"lap behind, push": {func(x *crowd[message]) { x.cells.at(0).stamp.Store(x.lap(1<<64-10) | cellFull) }, push},
		"lap behind, pop":  {func(x *crowd[message]) { x.cells.at(0).stamp.Store(x.lap(1<<64-10) | cellFull) }, pop},
		"never claimed":    {func(x *crowd[message]) { x.s.next = 2 }, push},
		"tail": {func(x *crowd[message]) {
			x.tail.Store(77)
			x.s.next = 0
			x.cells.at(0).stamp.Store(x.lap(0) | cellFull)
		}, push},
		"claimed of the lap before": {func(x *crowd[message]) {
			x.c.next = 2
			x.cells.at(0).stamp.Store(x.lap(0) | cellClaimed | 1)
		}, pop},
		"poisoned half-way": {func(x *crowd[message]) { x.toSenders.Or(poisoned) }, pop},
	} {
		x := heapCrowd(t, Options{Capacity: 2})
		c.garble(x)
		if err := c.call(x); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
		_, serr := x.Sender(x.sm)
		_, cerr := x.Receiver(x.rm)
		_, poperr := x.c.Pop(t.Context())
		for _, err := range []error{serr, cerr, poperr, x.s.Push(t.Context(), message{}), push(x), pop(x)} {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s, afterwards: %v", what, err)
			}
		}
		x = openMPMC[message](t, x.mem, Options{Capacity: 2}, 0)
		if err := errors.Join(push(x), pop(x)); err != nil {
			t.Errorf("%s, formatted: %v", what, err)
		}
	}
}

// TestMPMCHostile overwrites any shared word with anything between the calls: every call returns,
// in bounded memory (the guard pages would fault) and time.
func TestMPMCHostile(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for i := range 4 {
		o := Options{Capacity: []int{1, 8}[i/2], Overflow: Overflow(i % 2)}
		mem := testmem.Guarded(t, sizeMPMC[message](t, o.Capacity), testmem.Side(i%2))
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		for range rounds(5_000, 250_000) {
			x := openMPMC[message](t, mem, o, rng.Uint64())
			for range 1 + rng.IntN(12) {
				if rng.IntN(3) == 0 {
					garbleMPMC(mem, rng)
				}
				if err := anyCallMPMC(t, x, rng); !expected(err) {
					t.Fatal(err)
				}
				if n := x.Len(); n < 0 || n > x.Cap() {
					t.Fatalf("Len %d", n)
				}
			}
		}
	}
}

// garbleMPMC sets a word: hints and cells more often than others, near misses as often as noise.
func garbleMPMC(mem []byte, rng *rand.Rand) {
	offs := []int{
		offToSenders, offToReceivers, offManyPlainPush, offStrays, offManyTail, offManyHead, offManyTail, offManyHead,
		offSenders + 8*rng.IntN(4), offReceivers + 8*rng.IntN(4), offCells, offCells + slotAlign, 8 * rng.IntN(len(mem)/8),
	}
	w := word64(mem, offs[rng.IntN(len(offs))]%(len(mem)-7))
	switch rng.IntN(6) {
	case 0:
		w.Store(rng.Uint64())
	case 1:
		w.Add(rng.Uint64N(5) - 2)
	case 2:
		w.Store(w.Load() ^ 1<<rng.IntN(64))
	case 3:
		w.Store(uint64(rng.IntN(8)))
	case 4:
		w.Add((rng.Uint64N(5) - 2) * lapUnit)
	case 5:
		w.Store(w.Load()&^(lapUnit-1) | rng.Uint64N(4)<<30 | rng.Uint64N(5))
	}
}

func anyCallMPMC(t *testing.T, x *crowd[message], rng *rand.Rand) error {
	ctx, cancel := context.WithCancel(t.Context())
	if rng.IntN(200) == 0 {
		ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	} else {
		cancel()
	}
	defer cancel()
	err := error(nil)
	switch rng.IntN(10) {
	case 0, 1:
		err = x.s.TryPush(message{})
	case 2:
		err = x.c.TryPop(new(message))
	case 3:
		_, err = x.s.TryPushBatch(make([]message, rng.IntN(10)))
	case 4:
		_, err = x.c.TryPopBatch(make([]message, rng.IntN(10)))
	case 5:
		_, err = x.c.Pop(ctx)
	case 6:
		err = x.s.Push(ctx, message{})
	case 7:
		x.Repair(x.sm)
	case 8:
		err = againMPMC(x, rng)
	case 9:
		if err = x.c.TryTake(new(message)); err == nil {
			garbleMPMC(x.mem, rng)
			x.c.Done()
		}
	}
	return err
}

// againMPMC attaches and takes seats anew.
func againMPMC(x *crowd[message], rng *rand.Rand) error {
	r, err := AttachMPMC[message](x.mem, Options{Overflow: x.mode})
	if err != nil {
		return nil // refused: fine
	}
	x.town.dead[x.sm.id].Store(rng.IntN(2) == 0)
	s, err := r.Sender(x.town.member(3))
	c, cerr := r.Receiver(x.town.member(3))
	if err == nil && cerr == nil {
		x.s, x.c = s, c
	}
	return errors.Join(err, cerr)
}

// TestMPMCHostileNeighbour garbles the words while both sides work, each in its goroutine: every
// call still returns.
func TestMPMCHostileNeighbour(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	mem := testmem.Guarded(t, sizeMPMC[message](t, 4), testmem.End) // mapped: the race detector does not see what a hostile process does either
	for i := range rounds(100, 10_000) {
		x := openMPMC[message](t, mem, Options{Capacity: 4, Overflow: Overflow(i % 2)}, 0)
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
		ended := make(chan error, 2)
		go func() {
			ended <- untilError(func() error { return errors.Join(ctx.Err(), x.s.Push(ctx, message{})) })
		}()
		go func() {
			ended <- untilError(func() error { _, err := x.c.Pop(ctx); return errors.Join(ctx.Err(), err) })
		}()
		for n := 0; n < 2; {
			select {
			case err := <-ended:
				n++
				if !expected(err) {
					t.Error(err)
				}
			default:
				garbleMPMC(mem, rng)
			}
		}
		cancel()
	}
}
