package futex_test

import (
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// A waiter is stopped after it was woken and before it has looked at the mutex,
// and killed there: the wake is gone with it. The other waiter must not sleep
// on.
func TestWokenWaiterKilled(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	if err := s.mutex(0).Lock(bg, m); err != nil {
		t.Fatal(err)
	}
	victim := startWaiter(t, s, 1, "woken")
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	other := startWaiter(t, s, 1)
	eventually(func() bool { return s.asleep(m, 0) == 2 })
	s.mutex(0).Unlock(m) // wakes the victim, who was first
	victim.WaitAt("woken")
	victim.Kill()
	other.Expect("0 locked")
}

// The same with both waiters woken in turn, and the last one in this process.
func TestWokenWaitersKilledInTurn(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	if err := s.mutex(0).Lock(bg, m); err != nil {
		t.Fatal(err)
	}
	var victims []*reexec.Proc
	for i := range 3 {
		victims = append(victims, startWaiter(t, s, 1, "woken"))
		eventually(func() bool { return s.asleep(m, 0) == i+1 })
	}
	other := s.join(t)
	got := make(chan error)
	go func() { got <- s.mutex(0).Lock(bg, other) }()
	eventually(func() bool { return s.asleep(m, 0) == len(victims)+1 })
	s.mutex(0).Unlock(m)
	for _, p := range victims {
		p.WaitAt("woken") // by the unlock, then by the death before
		p.Kill()
	}
	if err := <-got; err != nil {
		t.Errorf("Lock of the last waiter: %v", err)
	}
}

// An unlocker is killed after the mutex is free and before it has sent the wake.
func TestUnlockerKilledBeforeTheWake(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, 1)
	owner.Arm("released")
	next := startWaiter(t, s, 1)
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	owner.Resume()
	owner.WaitAt("released")
	owner.Kill()
	next.Expect("0 locked")
}

// A waiter is killed when the mutex is its own and nobody knows of it but the
// word.
func TestKilledRightAfterTakingIt(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	if err := s.mutex(0).Lock(bg, m); err != nil {
		t.Fatal(err)
	}
	victim := startWaiter(t, s, 1, "taken")
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	s.mutex(0).Unlock(m)
	victim.WaitAt("taken")
	other := startWaiter(t, s, 1)
	eventually(func() bool { return s.asleep(m, 0) == 1 }) // the other's: the victim has left
	victim.Kill()
	other.Expect("0 owner died")
}

// A waiter is killed between its evaluation and its sleep.
func TestKilledBeforeItSleeps(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	if err := s.mutex(0).Lock(bg, m); err != nil {
		t.Fatal(err)
	}
	victim := startWaiter(t, s, 1, "hanging")
	victim.WaitAt("hanging")
	other := startWaiter(t, s, 1)
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	victim.Kill()
	s.mutex(0).Unlock(m)
	other.Expect("0 locked")
}
