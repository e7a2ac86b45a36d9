package futex_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// patience is for children that work long.
const patience = 5 * time.Minute

func TestRWProcessesExclude(t *testing.T) {
	const processes = 3
	rounds := stress(2000, 100_000)
	s := newSegment(t)
	var children []*reexec.Proc
	for range processes {
		children = append(children, startRWUser(t, s, rounds, "read", "write", "read"))
	}
	for _, p := range children {
		p.Expect("done")
	}
	if got, want := *s.counter(0), uint64(processes*rounds); got != want {
		t.Errorf("counted %d, want %d", got, want)
	}
	if err := s.surviveRW(s.join(t)); err != nil {
		t.Error(err)
	}
}

// surviveRW is what a survivor finds after a kill: a mutex that it can lock
// either way, and that works from then on.
func (s *segment) surviveRW(m futex.Member) error {
	if err := s.write(m); err != nil {
		return err
	}
	if err := s.read(m); err != nil {
		return err
	}
	if ok, err := s.rw().TryRLock(m); !ok || err != nil {
		return errors.Join(errors.New("TryRLock of a free mutex fails"), err)
	}
	s.rw().RUnlock(m)
	if ok, err := s.rw().TryLock(m); !ok || err != nil {
		return errors.Join(errors.New("TryLock of a free mutex fails"), err)
	}
	s.rw().Unlock(m)
	return nil
}

// rwStepper does one operation on the RWMutex in a region that is stepped.
var rwStepper = reexec.Register("rwStepper", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	op, handle, _ := strings.Cut(c.Args[0], " by ")
	mu := s.rw()
	lock := func() { _ = healRW(s, m, mu.Lock(bg, m)) }
	rlock := func() {
		if err := mu.RLock(bg, m); errors.Is(err, futex.ErrOwnerDied) {
			_ = healRW(s, m, err)
		}
	}
	unlock, runlock := func() { mu.Unlock(m) }, func() { mu.RUnlock(m) }
	if handle != "" {
		h := mu.As(m)
		rlock, runlock = func() { _ = h.RLock(bg) }, h.RUnlock
	}
	asleep := func(off, n int) { eventually(func() bool { return s.asleepAt(m, off) == n }) }
	watch := func() { // begins to watch the others: not what is tested
		m.Unpark(m.Park(s.word(1)))
		time.Sleep(time.Millisecond)
	}
	switch op {
	case "RLock":
		stepkill.Region(c, rlock)
	case "RUnlock":
		rlock()
		stepkill.Region(c, runlock)
	case "Lock":
		stepkill.Region(c, lock)
	case "Unlock":
		lock()
		stepkill.Region(c, unlock)
	case "RUnlock with a writer":
		rlock()
		c.Say("in")
		asleep(rwDrain, 1)
		stepkill.Region(c, runlock)
	case "Unlock with both":
		lock()
		*s.counter(0)++
		*s.counter(1)++
		c.Say("in")
		asleep(rwGate, 1)
		asleep(rwWord, 1)
		stepkill.Region(c, unlock)
	case "RLock behind a writer":
		watch()
		stepkill.Region(c, rlock)
	case "Lock behind a reader":
		watch()
		stepkill.Region(c, lock)
	}
})

// Killed at each instruction of what makes no system call.
func TestKilledInRWUncontended(t *testing.T) {
	for _, op := range []string{"RLock", "RUnlock", "Lock", "Unlock", "RLock by handle", "RUnlock by handle"} {
		t.Run(op, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			kills := stepkill.Run(t, stepkill.Config{
				Child: rwStepper, Args: []string{op}, Files: s.files(),
				Verify: func(p stepkill.Point) error {
					if p.Asleep || strings.Contains(p.Where, "yscall") {
						return errors.New("a system call without contention")
					}
					return s.surviveRW(m)
				},
			})
			t.Logf("%d kills", kills)
		})
	}
}

// rwPeer reads or writes once for every line that it hears.
var rwPeer = reexec.Register("rwPeer", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	c.Say("ready")
	for {
		f := s.read
		if c.Hear() == "write" {
			f = s.write
		}
		if err := f(m); err != nil {
			c.Fatalf("%v", err)
		}
		c.Say("done")
	}
})

func startRWPeer(t *testing.T, s *segment) *reexec.Proc {
	t.Helper()
	p := reexec.Start(t, rwPeer, reexec.Options{Files: s.files()})
	p.Expect("ready")
	return p
}

// Killed at each instruction of the RUnlock that lets a writer in, and of the
// Unlock that lets readers of another process and a writer of this one in.
func TestKilledInRWUnlockWithWaiters(t *testing.T) {
	for op, what := range map[string]string{"RUnlock with a writer": "write", "Unlock with both": "read"} {
		t.Run(op, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			peer := startRWPeer(t, s)
			writes, got := uint64(0), make(chan error, 1)
			kills := stepkill.Run(t, stepkill.Config{
				Child: rwStepper, Args: []string{op}, Files: s.files(), Watch: s.watched(),
				Prepare: func() {
					writes = *s.counter(0)
					go func() {
						eventually(func() bool { return s.rwInUse() })
						peer.Say(what)
						if what == "read" {
							got <- s.write(m)
							return
						}
						got <- nil
					}()
				},
				Verify: func(stepkill.Point) error {
					if err := <-got; err != nil {
						return err
					}
					peer.Expect("done")
					if a := *s.counter(0) - writes; what == "write" && a != 1 || what == "read" && a != 2 {
						return errors.New("a write is lost")
					}
					return s.surviveRW(m)
				},
			})
			t.Logf("%d kills", kills)
		})
	}
}

// rwInUse reports whether anybody holds the RWMutex.
func (s *segment) rwInUse() bool {
	if s.rw().Writer() != futex.NoID {
		return true
	}
	for i := range 64 {
		if at(s.room(rwAt, rwSize), 640+64*i).Load() != 0 {
			return true
		}
	}
	return false
}

// Killed at each step of an RLock or Lock that spins, sleeps and is woken, with
// another process asleep behind it.
func TestKilledInRWContendedLock(t *testing.T) {
	if !long() {
		t.Skip("30,000 steps a kill: set SHMENGINE_STRESS=1; the named points are tested always")
	}
	for _, op := range []string{"RLock behind a writer", "Lock behind a reader"} {
		t.Run(op, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			peer := startRWPeer(t, s)
			release := func() {}
			kills := stepkill.Run(t, stepkill.Config{
				Child: rwStepper, Args: []string{op}, Files: s.files(), Watch: s.region,
				Prepare: func() {
					var once sync.Once
					if op == "Lock behind a reader" {
						_ = s.rw().RLock(bg, m)
						release = func() { once.Do(func() { s.rw().RUnlock(m) }) }
						return
					}
					_ = s.rw().Lock(bg, m)
					release = func() { once.Do(func() { s.rw().Unlock(m) }) }
				},
				Asleep: func() { release() },
				Verify: func(stepkill.Point) error {
					peer.Say("write")
					release()
					peer.Expect("done")
					return s.surviveRW(m)
				},
			})
			t.Logf("%d kills", kills)
		})
	}
}
