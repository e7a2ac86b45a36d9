package futex_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// latchChild waits for latch 0 or counts it down.
var latchChild = reexec.Register("latch", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	switch c.Args[0] {
	case "wait":
		for c.Say("ready"); ; c.Say("open") {
			c.Hear()
			if err := s.latch(0).Wait(bg, m); err != nil {
				c.Fatalf("Wait: %v", err)
			}
		}
	case "count":
		n, _ := strconv.Atoi(c.Args[1])
		c.Hear()
		for range n {
			s.latch(0).CountDown(1)
		}
		c.Say("counted")
	case "step":
		stepkill.Region(c, func() { s.latch(0).CountDown(1) })
	}
})

func startLatch(t *testing.T, s *segment, args ...string) *reexec.Proc {
	t.Helper()
	return reexec.Start(t, latchChild, reexec.Options{Files: s.files(), Args: args})
}

// Counted down by several processes at once, it opens once, for all.
func TestLatchAcrossProcesses(t *testing.T) {
	const counters, each = 3, 5000
	s := newSegment(t)
	m := s.join(t)
	if err := s.latch(0).Add(counters*each + 1); err != nil {
		t.Fatal(err)
	}
	var waiters, counting []*reexec.Proc
	for range counters {
		waiters = append(waiters, startLatch(t, s, "wait"))
		counting = append(counting, startLatch(t, s, "count", strconv.Itoa(each)))
	}
	for i := range counters {
		waiters[i].Expect("ready")
		waiters[i].Say("wait")
		counting[i].Say("go")
	}
	for _, p := range counting {
		p.Expect("counted")
	}
	if n := s.latch(0).Count(); n != 1 {
		t.Fatalf("Count() = %d, want 1", n)
	}
	eventually(func() bool { return s.parked(m, 0, latchAt) == counters })
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.latch(0).Wait(bg, m); err != nil {
			t.Error(err)
		}
	})
	s.latch(0).CountDown(1)
	for _, p := range waiters {
		p.Expect("open")
	}
	wg.Wait()
}

// Killed at each instruction of the last CountDown: it is counted or it is not.
// It makes no system call.
func TestKilledInCountDown(t *testing.T) {
	s := newSegment(t)
	counted := 0
	kills := stepkill.Run(t, stepkill.Config{
		Child: latchChild, Args: []string{"step"}, Files: s.files(),
		Prepare: func() { closeLatch(t, s) },
		Verify: func(p stepkill.Point) error {
			if p.Asleep || strings.Contains(p.Where, "yscall") {
				return errors.New("a system call without waiters")
			}
			counted += 1 - s.latch(0).Count()
			return nil
		},
	})
	if counted == 0 || counted == kills {
		t.Errorf("counted at %d of %d kills: the test shows less than it should", counted, kills)
	}
	t.Logf("%d kills", kills)
}

// The same with a process asleep: if it is counted, that one is woken.
func TestKilledInCountDownWithAWaiter(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	waiter := startLatch(t, s, "wait")
	waiter.Expect("ready")
	kills := stepkill.Run(t, stepkill.Config{
		Child: latchChild, Args: []string{"step"}, Files: s.files(), Watch: s.watched(),
		Prepare: func() {
			closeLatch(t, s)
			waiter.Say("wait")
			eventually(func() bool { return s.parked(m, 0, latchAt) == 1 })
		},
		Verify: func(stepkill.Point) error {
			if s.latch(0).Count() == 1 {
				s.latch(0).CountDown(1)
			}
			waiter.Expect("open")
			return s.latch(0).Wait(bg, m)
		},
	})
	t.Logf("%d kills", kills)
}

// closeLatch makes latch 0 new, with a count of 1.
func closeLatch(t *testing.T, s *segment) {
	clear(s.line(0))
	if err := s.latch(0).Add(1); err != nil {
		t.Fatal(err)
	}
}
