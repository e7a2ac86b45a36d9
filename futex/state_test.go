package futex

import (
	"context"
	"slices"
	"testing"
)

// states compares what locks say of themselves.
type states struct{ *testing.T }

func (t states) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (t states) check(got State, waiters bool, note string, holders ...ID) {
	t.Helper()
	if !slices.Equal(got.Holders, holders) || got.Waiters != waiters || got.Note != note {
		t.Errorf("%+v, want holders %v, waiters %v, note %q", got, holders, waiters, note)
	}
}

func TestStateOfMutexes(tt *testing.T) {
	t, w, ctx := states{tt}, new(world), context.Background()
	a, b := w.join(), w.join()

	var mu Mutex
	t.must(mu.Lock(ctx, a))
	t.check(mu.State(), false, "", a.ID())
	mu.word.Or(waitersFlag | deadFlag)
	t.check(mu.State(), true, "taken from a dead owner, not marked consistent yet", a.ID())
	mu.word.Store(notRecoverable)
	t.check(mu.State(), false, "not recoverable")

	var rm RMutex
	h := NewHolder(b)
	t.must(rm.Lock(ctx, h))
	t.must(rm.Lock(ctx, h))
	t.check(rm.State(), false, "locked 2 times", b.ID())

	var rw RWMutex
	t.must(rw.RLock(ctx, a))
	t.must(rw.RLock(ctx, a))
	t.must(rw.RLock(ctx, b))
	t.check(rw.State(), false, "3 read locks, 0 wait to read", a.ID(), b.ID())
}

func TestStateOfTheOthers(tt *testing.T) {
	t, w, ctx := states{tt}, new(world), context.Background()
	a, b := w.join(), w.join()

	var s Semaphore
	t.must(s.Init(SemaphoreOptions{Value: 3, Track: true}))
	t.must(s.Acquire(ctx, b))
	t.check(s.State(), false, "2 tokens", b.ID())

	var o Once
	t.must(o.Do(ctx, a, func() error {
		t.check(o.State(), false, "", a.ID())
		return nil
	}))
	t.check(o.State(), false, "done")

	var e Event
	t.check(e.State(), false, "not set")
	e.Set()
	t.check(e.State(), false, "set")

	var br Barrier
	t.must(br.Init(2))
	t.check(br.State(), false, "round 0: 0 of 2 have arrived")
}
