package queue

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

// What can only happen between two steps of a call is made to happen here by calling the second one by
// itself.

// hang bounds a wait that ends at once if all is well.
func hang() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 20*time.Second)
}

// TestSeatsAreGivenBack: who leaves gives its seat in the ring up, so that any number can come one after the
// other while the process lives.
func TestSeatsAreGivenBack(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	for i := range 2 * places {
		s, r := sender(g.arena), receiver(g.arena)
		if err := errors.Join(s.end.takePlaceNow(), r.end.takePlaceNow()); err != nil {
			t.Fatalf("enter %d: %v", i, err)
		}
		check(t, errors.Join(s.end.goAway(false), r.end.goAway(false)))
	}
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestEndedTakesNoOne: a queue that has ended is no place to enter, although others still empty it.
func TestEndedTakesNoOne(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	check(t, g.s.TryPut(1))
	check(t, g.s.end.goAway(false))
	for what, err := range map[string]error{"sender": sender(g.arena).end.takePlaceNow(), "receiver": receiver(g.arena).end.takePlaceNow()} {
		if !errors.Is(err, errOver) {
			t.Errorf("a %s enters: %v", what, err)
		}
	}
	var v int64
	if err := g.r.TryGet(&v); err != nil || v != 1 {
		t.Errorf("TryGet = %d, %v", v, err)
	}
	check(t, g.r.end.goAway(false))
}

// TestAnnounceIsNoticed: who is about to fall asleep when the others are told does not: the word is another.
func TestAnnounceIsNoticed(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	bell := &g.s.end.ctl.bell
	seen := bell.Load()
	if g.r.end.announce(); bell.Load() == seen {
		t.Error("it sleeps on, and is not told")
	}
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestEndEndsTheWaitForOthers: who waits for more than will come is told of the end of the queue.
func TestEndEndsTheWaitForOthers(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	g.nobodyDies(t).lot.Nudge() // somebody died before, and it sleeps all the same
	e := &g.s.end
	ctx, cancel := hang()
	defer cancel()
	waited := make(chan error, 1)
	go func() { waited <- e.await(ctx, 9) }()
	untilAsleep(ctx, &e.ctl.bell)
	check(t, g.r.end.lock(ctx))
	check(t, g.r.end.over())
	g.r.end.unlock()
	if err := <-waited; err != nil || ctx.Err() != nil {
		t.Errorf("await = %v, %v", err, ctx.Err())
	}
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestWakeJoinIsNoticed: the same of Join when an item becomes done, even if another one has said meanwhile that
// it waits, too.
func TestWakeJoinIsNoticed(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	bell := &g.s.end.ctl.done
	seen := bell.Or(doneWaiting) | doneWaiting
	if g.r.end.wakeJoin(); bell.Load()&doneWaiting != 0 {
		t.Error("it is still said that somebody waits")
	}
	if again := bell.Or(doneWaiting) | doneWaiting; again == seen {
		t.Error("it sleeps on, and is not told")
	}
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestCloseWakesJoin: who sleeps in Join is woken when the last receiver has closed, and is told.
func TestCloseWakesJoin(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	check(t, g.s.TryPut(1))
	g.nobodyDies(t)
	ctx, cancel := hang()
	defer cancel()
	joined := make(chan error, 1)
	go func() { joined <- g.s.Join(ctx) }()
	untilAsleep(ctx, &g.s.end.ctl.done)
	check(t, g.r.end.goAway(false))
	if err := <-joined; !errors.Is(err, ErrClosed) || ctx.Err() != nil {
		t.Errorf("Join = %v", err)
	}
	check(t, g.s.end.goAway(false))
}

// both is the two ends of a queue.
func both(t *testing.T, ctx context.Context, name string, o Options) (s *Sender[int64], r *Receiver[int64]) {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		var err error
		s, err = Send[int64](ctx, name, o)
		sent <- err
	}()
	r, err := Receive[int64](ctx, name, o)
	check(t, errors.Join(err, <-sent))
	return s, r
}

// TestDoneCounts: each item that is done is counted in the place of who has done it, that of Close too, which is
// done before anybody is told that the receiver is gone.
func TestDoneCounts(t *testing.T) {
	ctx, cancel := soon()
	defer cancel()
	s, r := both(t, ctx, leaktest.Name("counts"), Options{Capacity: 4})
	place, release := r.end.place, r.end.release
	for i := range int64(4) {
		check(t, s.TryPut(i))
	}
	b := s.end.ring.Backlog()
	for i := range uint64(4) {
		if got := place.count.Load(); got != max(1, i)-1 {
			t.Errorf("before item %d: %d are done", i, got)
		}
		check(t, r.TryGet(new(int64)))
	}
	r.end.release = func() {
		if got := place.count.Load(); !b.Delivered() || got != 4 {
			t.Errorf("when it leaves %d of 4 items are done, %d are left", got, b.Left())
		}
		release()
	}
	check(t, errors.Join(r.Close(), s.Close()))
}

// TestDoneBeforeTheLastLeaves: Join finds the last receiver gone, and what it waited for done before.
func TestDoneBeforeTheLastLeaves(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	check(t, g.s.TryPut(1))
	b := g.s.end.ring.Backlog()
	check(t, errors.Join(g.r.TryGet(new(int64)), g.r.Done(), g.r.end.goAway(false)))
	if err := g.s.unjoined(&b); err != nil {
		t.Errorf("Join = %v", err)
	}
	check(t, g.s.end.goAway(false))
}

// TestCorruptRing: what the ring finds to be corrupt is so for this package.
func TestCorruptRing(t *testing.T) {
	g := newStage(t)
	check(t, g.begin(true, true))
	x, err := shmarena.Lookup[byte](g.arena, ringName)
	check(t, err)
	mem := x.Slice()
	for i := range mem[len(mem)-256:] { // its cells
		mem[len(mem)-256+i] = 0xA5
	}
	ctx, cancel := soon()
	defer cancel()
	_, gerr := g.r.Get(ctx)
	for what, err := range map[string]error{"TryPut": g.s.TryPut(1), "Put": g.s.Put(ctx, 1), "Get": gerr, "TryGet": g.r.TryGet(new(int64))} {
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s = %v", what, err)
		}
	}
	check(t, errors.Join(g.s.end.goAway(false), g.r.end.goAway(false)))
}

// TestFormatWithoutRoom: a queue that cannot be made leaves nothing in its arena.
func TestFormatWithoutRoom(t *testing.T) {
	g := newStage(t)
	_, err := controlIn(g.arena)
	check(t, err)
	x, err := shmarena.Alloc[byte](g.arena, 1)
	check(t, err)
	for i := 0; err == nil; i++ { // until there is no room for another name
		err = g.arena.Publish(fmt.Sprint("name ", i), x)
	}
	if !errors.Is(err, shmarena.ErrFull) {
		t.Fatal(err)
	}
	before := g.arena.Stats().InUse
	e := &sender(g.arena).end
	e.ctl, err = controlIn(g.arena)
	check(t, err)
	for range 3 {
		if err := e.format(Options{Capacity: 4}); !errors.Is(err, shmarena.ErrFull) {
			t.Errorf("format = %v", err)
		}
		if after := g.arena.Stats().InUse; after != before {
			t.Errorf("%d bytes are in use, %d were before", after, before)
		}
	}
}
