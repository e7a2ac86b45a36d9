package futex

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"
)

// condRig is a Cond with its mutex, in a world.
type condRig struct {
	t *testing.T
	w world
	m Mutex
	c Cond
}

func (r *condRig) lock(mb Member) {
	r.t.Helper()
	mustLock(r.t, r.m.Lock(bg, mb))
}

func (r *condRig) notify(mb Member, n int) {
	r.t.Helper()
	r.lock(mb)
	r.c.Notify(&r.m, mb, n)
	r.m.Unlock(mb)
}

// wait waits in a goroutine, and returns when that is counted. What Wait returns
// goes to got, after the mutex was unlocked.
func (r *condRig) wait(ctx context.Context, mb Member, got chan<- error) {
	r.t.Helper()
	before := r.c.arrivals.Load()
	go func() {
		err := r.m.Lock(bg, mb)
		if err == nil {
			err = r.c.Wait(ctx, &r.m, mb)
		}
		if r.m.Holder() == mb.ID() {
			if errors.Is(err, ErrOwnerDied) {
				r.m.MarkConsistent(mb)
			}
			r.m.Unlock(mb)
		}
		got <- err
	}()
	eventually(r.t, func() bool { return r.c.arrivals.Load() > before })
	r.lock(mb) // until it has unlocked the mutex
	r.m.Unlock(mb)
}

// expect wants n waits to end with nil, and no more.
func (r *condRig) expect(got <-chan error, n, left int) {
	r.t.Helper()
	for range n {
		mustLock(r.t, <-got)
	}
	if w := r.c.Waiting(); w != left {
		r.t.Errorf("%d still wait, want %d", w, left)
	}
	select {
	case err := <-got:
		r.t.Errorf("one more has returned, with %v", err)
	default:
	}
}

func TestCondNotifiesExactly(t *testing.T) {
	r := condRig{t: t}
	a, b, c := r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 6)
	for _, mb := range []*fake{a, a, b, b, c, c} {
		r.wait(bg, mb, got)
	}
	r.notify(a, 0)
	r.expect(got, 0, 6)
	r.notify(a, -1)
	r.expect(got, 0, 6)
	r.notify(a, 1)
	r.expect(got, 1, 5)
	r.notify(b, 2)
	r.expect(got, 2, 3)
	r.notify(c, 4)
	r.expect(got, 3, 0)
	r.notify(c, 3) // nobody, and not remembered
	r.wait(bg, a, got)
	r.expect(got, 0, 1)
	r.notify(a, math.MaxInt)
	r.expect(got, 1, 0)
}

// A batch that timed out leaves nothing behind.
func TestCondNotifyAllAfterTimeouts(t *testing.T) {
	r := condRig{t: t}
	members := []*fake{r.w.join(), r.w.join(), r.w.join()}
	got := make(chan error, 6)
	ctx, cancel := context.WithCancel(bg)
	for i := range 6 {
		r.wait(ctx, members[i%3], got)
	}
	cancel()
	for range 6 {
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("Wait: %v, want Canceled", err)
		}
	}
	r.expect(got, 0, 0)
	for i := range 6 {
		r.wait(bg, members[i%3], got)
	}
	r.lock(members[0])
	r.c.NotifyAll(&r.m, members[0])
	r.m.Unlock(members[0])
	r.expect(got, 6, 0)
	if v := r.m.word.Load() &^ waitersFlag; v != 0 {
		t.Errorf("the mutex is %#x at the end", v)
	}
}

// Whatever ends a wait, the mutex is held afterwards.
func TestCondWaitTakesTheMutexAgain(t *testing.T) {
	r := condRig{t: t}
	a, b := r.w.join(), r.w.join()
	r.lock(a)
	ctx, cancel := context.WithTimeout(bg, 5*time.Millisecond)
	defer cancel()
	if err := r.c.Wait(ctx, &r.m, a); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait: %v, want DeadlineExceeded", err)
	}
	if deadline, _ := ctx.Deadline(); time.Now().Before(deadline) {
		t.Error("gave up before the deadline")
	}
	if r.m.Holder() != a.ID() {
		t.Error("the mutex is not held after a time-out")
	}
	if err := r.c.Wait(ctx, &r.m, a); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait with a done context: %v, want DeadlineExceeded", err)
	}
	r.m.Unlock(a)

	ctx, cancel = context.WithCancel(bg)
	got := make(chan error, 1)
	r.wait(ctx, b, got)
	r.lock(a)
	cancel() // it cannot return while the mutex is held
	eventually(t, func() bool { return b.inLine(&r.m.word) == 1 })
	select {
	case <-got:
		t.Error("Wait has returned without the mutex")
	default:
	}
	r.m.Unlock(a)
	if err := <-got; !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v, want Canceled", err)
	}
}

func TestCondMisusePanics(t *testing.T) {
	r := condRig{t: t}
	a, b := r.w.join(), r.w.join()
	use := func() {
		mustPanic(t, "Wait", func() { _ = r.c.Wait(bg, &r.m, a) })
		mustPanic(t, "WaitFor", func() { _ = r.c.WaitFor(bg, &r.m, a, func() bool { return true }) })
		mustPanic(t, "Notify", func() { r.c.Notify(&r.m, a, 1) })
		mustPanic(t, "NotifyAll", func() { r.c.NotifyAll(&r.m, a) })
	}
	use() // unlocked
	r.lock(b)
	use() // another's
	r.m.Unlock(b)
	if r.c.Waiting() != 0 || r.m.word.Load() != 0 {
		t.Error("misuse has changed something")
	}
}

func TestCondWaitFor(t *testing.T) {
	r := condRig{t: t}
	a, b := r.w.join(), r.w.join()
	state := 0
	got := make(chan error, 1)
	go func() {
		err := r.m.Lock(bg, a)
		if err == nil {
			err = r.c.WaitFor(bg, &r.m, a, func() bool { return state == 4 })
			r.m.Unlock(a)
		}
		got <- err
	}()
	for range 4 {
		eventually(t, func() bool { return r.c.Waiting() == 1 })
		r.lock(b)
		state++
		r.c.Notify(&r.m, b, 1)
		r.m.Unlock(b)
	}
	mustLock(t, <-got)
}

// Notified, and the predicate never holds: WaitFor ends at the deadline, and not
// before. What holds is nil, even with a context that is done.
func TestCondWaitForTimesOut(t *testing.T) {
	r := condRig{t: t}
	a, b := r.w.join(), r.w.join()
	ctx, cancel := context.WithTimeout(bg, 20*time.Millisecond)
	defer cancel()
	var notifier sync.WaitGroup
	notifier.Go(func() {
		for range 3 {
			eventually(t, func() bool { return r.c.Waiting() == 1 || ctx.Err() != nil })
			r.notify(b, 1)
		}
	})
	r.lock(a)
	err := r.c.WaitFor(ctx, &r.m, a, func() bool { return false })
	if deadline, _ := ctx.Deadline(); !errors.Is(err, context.DeadlineExceeded) || time.Now().Before(deadline) {
		t.Errorf("WaitFor what never holds: %v", err)
	}
	mustLock(t, r.c.WaitFor(ctx, &r.m, a, func() bool { return true }))
	calls := 0
	mustLock(t, r.c.WaitFor(ctx, &r.m, a, func() bool { calls++; return calls == 2 }))
	r.m.Unlock(a)
	notifier.Wait()
}

// Who begins to wait after a notify cannot have it, although it is awake and the
// one that it is for is not yet.
func TestCondNewcomerDoesNotTakeANotify(t *testing.T) {
	r := condRig{t: t}
	a := r.w.join()
	for range 200 {
		got := make(chan error, 1)
		r.wait(bg, a, got)
		r.lock(a)
		r.c.Notify(&r.m, a, 1)
		ctx, cancel := context.WithTimeout(bg, 100*time.Microsecond)
		if err := r.c.Wait(ctx, &r.m, a); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("the newcomer got %v, want DeadlineExceeded", err)
		}
		cancel()
		r.m.Unlock(a)
		r.expect(got, 1, 0)
	}
}

// A cancellation that meets a notify never takes it along: as many waits end
// with nil as were notified.
func TestCondCancellationMeetsNotify(t *testing.T) {
	r := condRig{t: t}
	a, b, c := r.w.join(), r.w.join(), r.w.join()
	cancelled := 0
	for i := range 500 {
		got, sure := make(chan error, 2), make(chan error, 1)
		ctx, cancel := context.WithCancel(bg)
		r.wait(ctx, a, got)
		r.wait(ctx, a, got)
		r.wait(bg, b, sure)
		go cancel()
		left := 1 + i%3
		r.notify(c, left)
		for range 2 {
			if err := <-got; err != nil {
				cancelled++
				continue
			}
			left--
		}
		if left < 0 {
			t.Fatal("more waits ended than were notified")
		}
		if left == 0 { // all went to the two
			r.expect(sure, 0, 1)
			r.notify(c, 1)
		}
		mustLock(t, <-sure)
		cancel()
	}
	t.Logf("%d of 1000 were cancelled", cancelled)
}
