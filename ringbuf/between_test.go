package ringbuf

import (
	"errors"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// What happens between two looks of one call is made to happen here by calling its second half by itself.

// A push that finds the ring poisoned after it has stored its message says so, and not that the ring was
// closed.
func TestPoisonedWhilePushing(t *testing.T) {
	for what, bell := range map[string]uint32{"poisoned": poisoned, "poisoned and closed": poisoned | closed, "garbage": 64, "garbage and closed": 64 | closed} {
		x := heapPair(t, 4)
		if err := x.p.TryPush(messageOf(1)); err != nil {
			t.Fatal(err)
		}
		x.toProducer.Or(bell)
		if err := x.p.rung(0); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s behind a push: %v", what, err)
		}
		if n, err := x.p.rungBatch(0, 1); n != 0 || !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s behind a batch: %d, %v", what, n, err)
		}
	}
}

// A message that comes between the consumer's two looks is found by the second one.
func TestPushedWhileLooking(t *testing.T) {
	for what, end := range map[string]func(x *pair[message]) error{
		"open": func(*pair[message]) error { return nil }, "closed": func(x *pair[message]) error { return x.Close() },
	} {
		x := heapPair(t, 4)
		if err := errors.Join(x.p.TryPush(messageOf(1)), end(x), x.c.empty()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if x.toProducer.Load()&poisoned != 0 {
			t.Errorf("%s: the ring is poisoned", what)
		}
	}
}

// A role that was released, and then taken again, by the same process, is not given up by the handle
// that was released before.
func TestReleaseOfTheSuccessor(t *testing.T) {
	one, bytes := heapPair(t, 4), heapBytes(t, 64, false)
	for name, x := range map[string]struct {
		release func()
		again   func() error
	}{
		"producer":       {one.p.Release, func() error { _, err := one.Producer(one.pm); return err }},
		"consumer":       {one.c.Release, func() error { _, err := one.Consumer(one.cm); return err }},
		"bytes producer": {bytes.p.Release, func() error { _, err := bytes.Bytes.Producer(bytes.pm); return err }},
		"bytes consumer": {bytes.c.Release, func() error { _, err := bytes.Bytes.Consumer(bytes.cm); return err }},
	} {
		x.release()
		if err := x.again(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		x.release()
		if err := x.again(); !errors.Is(err, ErrBusy) {
			t.Errorf("%s: released again, and the role is free: %v", name, err)
		}
	}
}

// The same for the seats of a process that has several: each handle gives up its own, once.
func TestReleaseOfTheNextSeat(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 4})
	seat := func() [2]uint32 { return [2]uint32{x.senders[0].Load(), x.receivers[0].Load()} }
	x.s.Release()
	x.c.Release()
	if seat() != [2]uint32{} {
		t.Fatalf("the first seats are %v's", seat())
	}
	must[*Sender[message]](t)(x.Sender(x.sm))
	must[*Receiver[message]](t)(x.Receiver(x.rm))
	x.s.Release()
	x.c.Release()
	if want := [2]uint32{uint32(x.sm.id), uint32(x.rm.id)}; seat() != want {
		t.Errorf("the first seats are %v's, want %v's", seat(), want)
	}
}

// A batch claims what is free, or what may be dropped, and nothing that another sender has put there in the
// same lap between its first claim and the next.
func TestBatchBesideAnother(t *testing.T) {
	for _, o := range []Options{{Capacity: 4}, {Capacity: 4, Overflow: DropOldest}} {
		for lap := range uint64(2) {
			x := heapCrowd(t, o)
			other := must[*Sender[message]](t)(x.Sender(x.town.member(3)))
			for i := range 4 * lap { // the lap before is popped, or is there to be dropped
				if err := x.s.TryPush(messageOf(i)); err != nil {
					t.Fatal(err)
				}
				if o.Overflow == Block {
					if err := x.c.TryPop(new(message)); err != nil {
						t.Fatal(err)
					}
				}
			}
			first := must[uint64](t)(x.s.claim())
			if err := other.TryPush(messageOf(100)); err != nil {
				t.Fatal(err)
			}
			if n := x.s.claimMore(first, 3); n != 1 {
				t.Errorf("%v, lap %d: %d cells are claimed from %d on, the second of which is full", o, lap, n, first)
			}
			if d := x.Dropped(); o.Overflow == DropOldest && d != 2*lap {
				t.Errorf("%v, lap %d: %d values were dropped", o, lap, d)
			}
		}
	}
}

// A producer that fetches a line ahead of its time stores there what it holds: none of the slots that were
// not pushed looks full.
func TestTouchChangesNothing(t *testing.T) {
	if !plainStores || !registerBarrier() {
		t.Skip("NOT TESTED: publications have a fence here, and no line is fetched ahead")
	}
	for _, capacity := range []int{1, 2, 4} {
		for _, first := range []uint64{0, 1<<64 - 3} {
			x := open[message](t, testmem.Go(t, size[message](t, capacity)), capacity, first)
			x.p.fast = goPlain(x.plainPush)
			for i := first; i != first+10; i++ {
				x.p.limit = x.p.next // look at head: the ring is empty, and the next publication touches
				if err := x.p.TryPush(messageOf(i)); err != nil || x.p.calm != (capacity > 1) {
					t.Fatalf("push %d: %v, calm %v", i, err, x.p.calm)
				}
				for k := i + 1; k != i+x.size; k++ {
					if got := x.slots.at(k).stamp.Load(); got != x.stale(k) {
						t.Fatalf("capacity %d: after push %d the stamp of %d is %d, want %d", capacity, i, k, got, x.stale(k))
					}
				}
				var v message
				if err := x.c.TryPop(&v); err != nil || v != messageOf(i) {
					t.Fatalf("pop %d: %v, %v", i, v, err)
				}
			}
		}
	}
}
