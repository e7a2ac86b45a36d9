package futex_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// stepper does one operation on mutex 0 in a region that is stepped through.
var stepper = reexec.Register("stepper", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	mu := s.mutex(0)
	lock := func() {
		if err := mu.Lock(bg, m); err != nil && !errors.Is(err, futex.ErrOwnerDied) {
			c.Fatalf("Lock: %v", err)
		}
	}
	unlock := func() { mu.Unlock(m) }
	switch c.Args[0] {
	case "lock":
		stepkill.Region(c, lock)
	case "lock contended":
		m.Unpark(m.Park(s.word(1))) // begins to watch the others: not what is tested
		time.Sleep(time.Millisecond)
		stepkill.Region(c, lock)
	case "unlock":
		lock()
		stepkill.Region(c, unlock)
	case "unlock with waiters":
		lock()
		*s.counter(0)++
		eventually(func() bool { return s.asleep(m, 0) == 2 })
		stepkill.Region(c, unlock)
	}
})

// survive is what a survivor finds after a kill: a mutex that it can take, with
// or without the news of a dead owner, and that works from then on.
func survive(s *segment, m futex.Member) error {
	mu := s.mutex(0)
	if err := lockAndHeal(mu, m); err != nil {
		return err
	}
	mu.Unlock(m)
	if ok, err := mu.TryLock(m); !ok || err != nil {
		return fmt.Errorf("TryLock after Unlock = %v, %w", ok, err)
	}
	mu.Unlock(m)
	if w := s.lockWord(0); w != 0 {
		return fmt.Errorf("the word is %#x at the end, want 0", w)
	}
	return nil
}

func lockAndHeal(mu *futex.Mutex, m futex.Member) error {
	err := mu.Lock(bg, m)
	if errors.Is(err, futex.ErrOwnerDied) {
		mu.MarkConsistent(m)
		return nil
	}
	return err
}

// Killed at each instruction of an uncontended Lock or Unlock, which make no
// system call.
func TestKilledUncontended(t *testing.T) {
	for _, op := range []string{"lock", "unlock"} {
		t.Run(op, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			kills := stepkill.Run(t, stepkill.Config{
				Child: stepper, Args: []string{op}, Files: s.files(),
				Verify: func(p stepkill.Point) error {
					if p.Asleep || strings.Contains(p.Where, "yscall") {
						return errors.New("a system call without contention")
					}
					return survive(s, m)
				},
			})
			t.Logf("%d kills", kills)
		})
	}
}

// watched makes stepkill try those kills only that a survivor can tell apart,
// unless long tests are asked for.
func (s *segment) watched() []byte {
	if long() {
		return nil
	}
	return s.region
}

// peer locks mutex 0 once for every line that it hears, when somebody holds it,
// and counts under the lock.
var peer = reexec.Register("peer", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	c.Say("ready")
	for {
		c.Hear()
		eventually(func() bool { return s.lockWord(0) != 0 })
		if err := lockAndHeal(s.mutex(0), m); err != nil {
			c.Fatalf("Lock: %v", err)
		}
		*s.counter(0)++
		s.mutex(0).Unlock(m)
		c.Say("counted")
	}
})

// Killed at each instruction of an Unlock for which a goroutine of this process
// and another process are asleep: both get the mutex, and no count is lost.
func TestKilledInUnlockWithWaiters(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	other := reexec.Start(t, peer, reexec.Options{Files: s.files()})
	other.Expect("ready")
	var got chan error
	before := uint64(0)
	kills := stepkill.Run(t, stepkill.Config{
		Child: stepper, Args: []string{"unlock with waiters"}, Files: s.files(), Watch: s.watched(),
		Prepare: func() {
			before = *s.counter(0)
			got = make(chan error, 1)
			other.Say("go")
			go func() { got <- countOnce(s, m) }()
		},
		Verify: func(stepkill.Point) error {
			if err := <-got; err != nil {
				return err
			}
			other.Expect("counted")
			if n := *s.counter(0) - before; n != 3 {
				return fmt.Errorf("counted %d, want 3", n)
			}
			return survive(s, m)
		},
	})
	t.Logf("%d kills", kills)
}

func countOnce(s *segment, m futex.Member) error {
	eventually(func() bool { return s.lockWord(0) != 0 })
	if err := lockAndHeal(s.mutex(0), m); err != nil {
		return err
	}
	*s.counter(0)++
	s.mutex(0).Unlock(m)
	return nil
}

// Killed at each step of a Lock that spins, sleeps and is woken, while another
// process is asleep for the same mutex.
func TestKilledInContendedLock(t *testing.T) {
	if !long() {
		t.Skip("30,000 steps a kill: set SHMENGINE_STRESS=1; the named points are tested always")
	}
	s := newSegment(t)
	m := s.join(t)
	other := reexec.Start(t, peer, reexec.Options{Files: s.files()})
	other.Expect("ready")
	held := false
	unlock := func() {
		if held {
			held = false
			s.mutex(0).Unlock(m)
		}
	}
	kills := stepkill.Run(t, stepkill.Config{
		Child: stepper, Args: []string{"lock contended"}, Files: s.files(), Watch: s.region,
		Prepare: func() {
			if err := s.mutex(0).Lock(bg, m); err != nil {
				t.Fatal(err)
			}
			held = true
			other.Say("go")
			eventually(func() bool { return s.asleep(m, 0) == 1 })
		},
		Asleep: unlock,
		Verify: func(stepkill.Point) error {
			unlock()
			other.Expect("counted")
			return survive(s, m)
		},
	})
	t.Logf("%d kills", kills)
}
