package futex

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// asleep counts a goroutine of mb as waiting, which never runs again.
func (r *condRig) asleep(mb *fake) {
	r.t.Helper()
	r.lock(mb)
	if _, err := r.c.enlist(mb); err != nil {
		r.t.Fatal(err)
	}
	r.m.Unlock(mb)
}

// What a dead member was notified of goes to another one, and only once.
func TestCondDeadMembersNotifyPassesOn(t *testing.T) {
	r := condRig{t: t}
	a, b, c, x := r.w.join(), r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 2)
	r.wait(bg, b, got)
	r.wait(bg, c, got)
	r.asleep(x)
	r.c.cursor.Store(uint32(home(x.ID())))
	r.notify(a, 1)
	if n, _ := split(r.c.cells[home(x.ID())].counts.Load()); n != 1 {
		t.Fatal("the notify did not go to the one that is to die")
	}
	r.w.kill(x)
	r.expect(got, 1, 1)
	r.notify(a, 1)
	r.expect(got, 1, 0)
}

// If others have begun to wait since, the notify must not go to a newcomer only:
// each process gets it.
func TestCondDeadMembersNotifyReachesTheOldest(t *testing.T) {
	r := condRig{t: t}
	a, b, c, x := r.w.join(), r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 2)
	r.wait(bg, b, got)
	r.asleep(x)
	r.c.cursor.Store(uint32(home(x.ID())))
	r.notify(a, 1)
	r.wait(bg, c, got) // the newcomer
	r.c.cursor.Store(uint32(home(c.ID())))
	r.w.kill(x)
	r.expect(got, 2, 0)
}

// Nothing is given to a member that is dead already, and its waiters are gone.
func TestCondDeadWaitersAreNotNotified(t *testing.T) {
	r := condRig{t: t}
	a, b, x := r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 1)
	r.asleep(x)
	r.wait(bg, b, got)
	r.w.kill(x)
	r.c.cursor.Store(uint32(home(x.ID())))
	r.notify(a, 1)
	r.expect(got, 1, 0)
}

// The owner of the mutex dies: one of those who wait takes it, and knows; the
// others wait on.
func TestCondOwnerDies(t *testing.T) {
	r := condRig{t: t}
	a, b, c := r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 4)
	for _, mb := range []*fake{b, b, c, c} {
		r.wait(bg, mb, got)
	}
	r.lock(a)
	r.w.kill(a)
	if err := <-got; !errors.Is(err, ErrOwnerDied) {
		t.Errorf("Wait: %v, want ErrOwnerDied", err)
	}
	r.notify(b, 3)
	r.expect(got, 3, 0)
}

// It dies, and the one that takes the mutex does not repair: all waits end.
func TestCondMutexNotRecoverable(t *testing.T) {
	r := condRig{t: t}
	a, b, c, d := r.w.join(), r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 4)
	for _, mb := range []*fake{b, b, c, c} {
		r.wait(bg, mb, got)
	}
	r.lock(a)
	a.dead.Store(true) // nobody has noticed so far
	if err := r.m.Lock(bg, d); !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("Lock: %v, want ErrOwnerDied", err)
	}
	r.w.kill(a)
	eventually(t, func() bool { return b.inLine(&r.m.word) == 1 && c.inLine(&r.m.word) == 1 })
	r.m.Unlock(d)
	for range 4 {
		if err := <-got; !errors.Is(err, ErrNotRecoverable) {
			t.Errorf("Wait: %v, want ErrNotRecoverable", err)
		}
	}
}

// A time-out that meets the owner's death says both.
func TestCondTimeoutAndOwnerDied(t *testing.T) {
	r := condRig{t: t}
	a, b := r.w.join(), r.w.join()
	ctx, cancel := context.WithCancel(bg)
	got := make(chan error, 1)
	r.wait(ctx, b, got)
	r.lock(a)
	cancel()
	eventually(t, func() bool { return b.inLine(&r.m.word) == 1 })
	r.w.kill(a)
	if err := <-got; !errors.Is(err, ErrOwnerDied) || !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v, want ErrOwnerDied and Canceled", err)
	}
}

func TestCondRoomForMembers(t *testing.T) {
	r := condRig{t: t}
	var all []*fake
	for range memberCells + 2 {
		all = append(all, r.w.join())
	}
	for _, mb := range all[:memberCells] {
		r.asleep(mb)
	}
	last := all[memberCells]
	r.lock(last)
	if err := r.c.Wait(bg, &r.m, last); !errors.Is(err, ErrFull) {
		t.Fatalf("Wait of member 65: %v, want ErrFull", err)
	}
	if r.m.Holder() != last.ID() {
		t.Fatal("the mutex is not held after ErrFull")
	}
	r.m.Unlock(last)
	got := make(chan error, 2)
	r.w.kill(all[3])
	r.wait(bg, last, got)
	r.lock(all[4])
	r.c.NotifyAll(&r.m, all[4])
	r.m.Unlock(all[4])
	mustLock(t, <-got)
	if n := r.c.Waiting(); n != memberCells-1 {
		t.Errorf("%d wait, want %d", n, memberCells-1)
	}
}

// Whatever a peer has written into the cells, each call ends.
func TestCondHostileWords(t *testing.T) {
	var w world
	a, b := w.join(), w.join()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	ids := []uint32{0, 1, uint32(a.ID()), uint32(b.ID()), uint32(b.ID()) + 1, 1<<32 - 1}
	for range 200 {
		var m Mutex
		var c Cond
		c.arrivals.Store(rng.Uint64())
		c.cursor.Store(rng.Uint32())
		for i := range c.cells {
			cell := &c.cells[i]
			cell.member.Store(ids[rng.IntN(len(ids))])
			cell.word.Store(rng.Uint32())
			cell.counts.Store(rng.Uint64())
			cell.since.Store(rng.Uint64())
		}
		mustLock(t, m.Lock(bg, a))
		c.Notify(&m, a, 2)
		ctx, cancel := context.WithTimeout(bg, 200*time.Microsecond)
		_ = c.Wait(ctx, &m, a)
		cancel()
		c.NotifyAll(&m, a)
		_ = c.Waiting()
		m.Unlock(a)
	}
}
