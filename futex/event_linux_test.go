package futex_test

import (
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// eventWaiter waits for event 0 from several goroutines for every line that it
// hears, says so when all of them stand in line, and when all have returned.
var eventWaiter = reexec.Register("event waiter", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	goroutines, _ := strconv.Atoi(c.Args[0])
	c.Say("ready")
	for {
		c.Hear()
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				if err := s.event(0).Wait(bg, m); err != nil {
					c.Fatalf("Wait: %v", err)
				}
			})
		}
		eventually(func() bool { return s.standing(0) == goroutines })
		c.Say("standing")
		wg.Wait()
		c.Say("returned")
	}
})

func startEventWaiters(t *testing.T, s *segment, goroutines ...int) []*reexec.Proc {
	t.Helper()
	var all []*reexec.Proc
	for _, n := range goroutines {
		p := reexec.Start(t, eventWaiter, reexec.Options{Files: s.files(), Args: []string{strconv.Itoa(n)}})
		p.Expect("ready")
		all = append(all, p)
	}
	return all
}

// stand has the waiters wait, until each of them is asleep.
func stand(s *segment, m *member.Member, waiters []*reexec.Proc) {
	for _, p := range waiters {
		p.Say("wait")
	}
	for _, p := range waiters {
		p.Expect("standing")
	}
	eventually(func() bool { return s.parked(m, 0, eventAt) == len(waiters) })
}

// Set with Clear right behind it reaches every waiter of every process.
func TestEventAcrossProcesses(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	waiters := startEventWaiters(t, s, 1, 3, 5)
	for range stress(20, 2000) {
		stand(s, m, waiters)
		s.event(0).Set()
		s.event(0).Clear()
		for _, p := range waiters {
			p.Expect("returned")
		}
	}
}

// setter sets event 0 in a region that is stepped through, or only so.
var setter = reexec.Register("setter", func(c *reexec.Child) {
	s := attach(c)
	s.join(c)
	if c.Args[0] == "set" {
		stepkill.Region(c, s.event(0).Set)
		return
	}
	hookPoints(c)
	s.event(0).Set()
})

// Killed at each instruction of a Set for which nobody waits: it makes no system
// call, and the event is set or not.
func TestKilledInEventSet(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	kills := stepkill.Run(t, stepkill.Config{
		Child: setter, Args: []string{"set"}, Files: s.files(),
		Prepare: s.event(0).Clear,
		Verify: func(p stepkill.Point) error {
			if p.Asleep || strings.Contains(p.Where, "yscall") {
				return errors.New("a system call without waiters")
			}
			if p.End && !s.event(0).IsSet() {
				return errors.New("not set at the end")
			}
			s.event(0).Set()
			return s.event(0).Wait(bg, m)
		},
	})
	t.Logf("%d kills", kills)
}

// Killed at each instruction of a Set for which two processes are asleep: either
// it is as if it had not begun, or all are woken.
func TestKilledInEventSetWithWaiters(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	waiters := startEventWaiters(t, s, 2, 1)
	before := 0
	kills := stepkill.Run(t, stepkill.Config{
		Child: setter, Args: []string{"set"}, Files: s.files(), Watch: s.watched(),
		Prepare: func() {
			s.event(0).Clear()
			stand(s, m, waiters)
		},
		Verify: func(p stepkill.Point) error {
			if !s.event(0).IsSet() {
				before++
				if p.End {
					return errors.New("not set at the end")
				}
				s.event(0).Set()
			}
			for _, p := range waiters {
				p.Expect("returned")
			}
			return nil
		},
	})
	if before == 0 || before == kills {
		t.Errorf("%d of %d kills came before the event was set: the test shows less than it should", before, kills)
	}
	t.Logf("%d kills", kills)
}

// A setter is killed between its Set and the wakes that it owes.
func TestEventSetterKilledBeforeTheWake(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	waiters := startEventWaiters(t, s, 2, 1)
	stand(s, m, waiters)
	p := reexec.Start(t, setter, reexec.Options{Files: s.files(), Args: []string{""}, Arm: []string{"released"}})
	p.WaitAt("released")
	s.event(0).Clear() // only the generation tells
	p.Kill()
	for _, p := range waiters {
		p.Expect("returned")
	}
}

// turner passes the turn to and fro with the test by two events: each Set comes
// just before, while or just after the other side falls asleep.
var turner = reexec.Register("turner", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	rounds, _ := strconv.Atoi(c.Args[0])
	c.Hear()
	if err := turns(s, m, 1, rounds); err != nil {
		c.Fatalf("Wait: %v", err)
	}
	c.Say("done")
})

func turns(s *segment, m futex.Member, me, rounds int) error {
	mine, other := s.event(me), s.event(1-me)
	for range rounds {
		if err := mine.Wait(bg, m); err != nil {
			return err
		}
		mine.Clear()
		other.Set()
	}
	return nil
}

func TestNoSetIsLost(t *testing.T) {
	rounds := stress(20_000, 1_000_000)
	s := newSegment(t)
	m := s.join(t)
	p := reexec.Start(t, turner, reexec.Options{
		Files: s.files(), Args: []string{strconv.Itoa(rounds)}, Timeout: 10 * time.Minute,
	})
	p.Say("go")
	s.event(0).Set()
	if err := turns(s, m, 0, rounds); err != nil {
		t.Fatal(err)
	}
	p.Expect("done")
}

// Thousands of goroutines that wait for one event hold a handful of threads, and
// all return from one Set, though it is cleared at once.
func TestThousandsWaitForOneEvent(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	goroutines := stress(3000, 12_000)
	before := threads(t)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			if err := s.event(0).Wait(bg, m); err != nil {
				t.Errorf("Wait: %v", err)
			}
		})
	}
	eventually(func() bool { return s.standing(0) == goroutines })
	runtime.GC()
	if after := threads(t); after > before+few(goroutines) {
		t.Errorf("%d threads while %d goroutines wait, %d before", after, goroutines, before)
	}
	s.event(0).Set()
	s.event(0).Clear()
	wg.Wait()
}
