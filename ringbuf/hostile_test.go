package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

// TestCorruptIsForAll: after one side saw an impossible value both fail at once, until the memory
// is formatted again.
func TestCorruptIsForAll(t *testing.T) {
	for what, c := range map[string]struct {
		garble func(*pair[message])
		call   func(*pair[message]) error
	}{
		"stamp":           {func(x *pair[message]) { x.slots.at(0).stamp.Store(77) }, func(x *pair[message]) error { return x.c.TryPop(new(message)) }},
		"head past tail":  {func(x *pair[message]) { x.head.Store(3) }, fill},
		"head moved back": {func(x *pair[message]) { x.head.Add(^uint64(0)) }, fill},
		"producer's bell": {func(x *pair[message]) { x.toProducer.Store(64) }, fill},
		"consumer's bell": {func(x *pair[message]) { x.toConsumer.Store(1 << 31) }, func(x *pair[message]) error { return x.c.TryPop(new(message)) }},
		"producer's role": {func(x *pair[message]) { x.producer.Store(1<<32 - 1) }, func(x *pair[message]) error { _, err := x.Producer(x.pm); return err }},
		"consumer's role": {func(x *pair[message]) { x.consumer.Store(reservedID) }, func(x *pair[message]) error { _, err := x.Consumer(x.pm); return err }},
	} {
		x := heapPair(t, 2)
		c.garble(x)
		if err := c.call(x); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", what, err)
		}
		_, perr := x.Producer(x.pm)
		_, cerr := x.Consumer(x.cm)
		_, poperr := x.c.Pop(t.Context())
		for _, err := range []error{perr, cerr, poperr, x.p.Push(t.Context(), message{}), x.p.TryPush(message{}), x.c.TryPop(new(message))} {
			if !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s, afterwards: %v", what, err)
			}
		}
		must[*SPSC[message]](t)(NewSPSC[message](x.mem, 2))
		if _, err := AttachSPSC[message](x.mem); err != nil {
			t.Errorf("%s, formatted: %v", what, err)
		}
	}
}

// fill pushes until the ring looks at head.
func fill(x *pair[message]) error {
	for range 4 {
		if err := x.p.TryPush(message{}); err != nil {
			return err
		}
	}
	return nil
}

// TestHostile overwrites any shared word with anything while both sides work: every call returns,
// in bounded memory (the guard pages would fault) and time.
func TestHostile(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for i := range 4 {
		side := testmem.Side(i % 2)
		capacity := []int{1, 8}[i/2]
		mem := testmem.Guarded(t, size[message](t, capacity), side)
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		for range rounds(25_000, 250_000) {
			if err := hostile(t, mem, capacity, rng); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func hostile(t *testing.T, mem []byte, capacity int, rng *rand.Rand) error {
	x := open[message](t, mem, capacity, rng.Uint64())
	for range 1 + rng.IntN(12) {
		if rng.IntN(3) == 0 {
			garble(mem, rng)
		}
		if err := anyCall(t, x, rng); !expected(err) {
			return err
		}
		if n := x.Len(); n < 0 || n > x.Cap() {
			return fmt.Errorf("Len %d", n)
		}
	}
	return nil
}

// garble sets a word of the ring: indices and stamps more often than others, near misses as often
// as noise.
func garble(mem []byte, rng *rand.Rand) {
	offs := []int{
		offToProducer, offConsumer &^ 7, offPlainPop, offHead, offToConsumer, offProducer &^ 7, offPlainPush,
		offSlots, offSlots + slotAlign, 8 * rng.IntN(len(mem)/8),
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

// TestHostileNeighbour garbles the words while both sides work, each in its goroutine: every call
// still returns.
func TestHostileNeighbour(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	mem := testmem.Guarded(t, size[message](t, 4), testmem.End) // mapped: the race detector does not see what a hostile process does either
	for i := range rounds(200, 10_000) {
		x := open[message](t, mem, 4, 0)
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
		ended := make(chan error, 2)
		go func() { ended <- untilError(func() error { return x.p.Push(ctx, message{}) }) }()
		go func() { ended <- untilError(func() error { _, err := x.c.Pop(ctx); return err }) }()
		for n := 0; n < 2; {
			select {
			case err := <-ended:
				n++
				if !expected(err) {
					t.Error(err)
				}
			default:
				garble(mem, rng)
			}
		}
		cancel()
	}
}

func untilError(call func() error) error {
	for {
		if err := call(); err != nil {
			return err
		}
	}
}

func anyCall(t *testing.T, x *pair[message], rng *rand.Rand) error {
	ctx, cancel := t.Context(), func() {}
	if rng.IntN(200) == 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Millisecond)
	} else if rng.IntN(2) == 0 {
		ctx, cancel = context.WithCancel(ctx)
		cancel()
	}
	defer cancel()
	var err error
	switch rng.IntN(9) {
	case 0, 1:
		err = x.p.TryPush(message{})
	case 2, 3:
		err = x.c.TryPop(new(message))
	case 4:
		_, err = x.p.TryPushBatch(make([]message, rng.IntN(10)))
	case 5:
		_, err = x.c.TryPopBatch(make([]message, rng.IntN(10)))
	case 6:
		if ctx != t.Context() {
			_, err = x.c.Pop(ctx)
		}
	case 7:
		if ctx != t.Context() {
			err = x.p.Push(ctx, message{})
		}
	case 8:
		err = again(x, rng)
	}
	return err
}

// again attaches and takes the roles anew.
func again(x *pair[message], rng *rand.Rand) error {
	r, err := AttachSPSC[message](x.mem)
	if err != nil {
		return nil // refused: fine
	}
	x.town.dead[x.pm.id].Store(rng.IntN(2) == 0)
	p, err := r.Producer(x.town.member(3))
	if err == nil {
		x.p = p
	}
	c, cerr := r.Consumer(x.town.member(3))
	if cerr == nil {
		x.c = c
	}
	return errors.Join(err, cerr)
}

func expected(err error) bool {
	if err == nil {
		return true
	}
	for _, e := range []error{ErrFull, ErrEmpty, ErrClosed, ErrCorrupt, ErrPeerDied, ErrBusy, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
