package futex_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// semChild is a process that uses the semaphore.
var semChild = reexec.Register("semaphore", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	sem := s.semaphore()
	must := func(err error) {
		if err != nil {
			c.Fatalf("%s: %v", c.Args[0], err)
		}
	}
	acquire := func() { must(sem.Acquire(bg, m)) }
	release := func() { must(sem.Release(m, 1)) }
	switch c.Args[0] {
	case "step acquire":
		acquire() // its line in the books
		release()
		stepkill.Region(c, acquire)
	case "step first acquire":
		stepkill.Region(c, acquire)
	case "step release":
		acquire()
		stepkill.Region(c, release)
	case "step release with waiters":
		acquire()
		eventually(func() bool { return s.sleepers(m) == 2 })
		stepkill.Region(c, release)
	case "hold":
		n, _ := strconv.Atoi(c.Args[1])
		for range n {
			acquire()
		}
		c.Say("holding")
		c.Hear()
		must(sem.Release(m, n))
		c.Say("released")
	case "each time": // waits for one and gives it back for each line
		for {
			c.Say("ready")
			c.Hear()
			eventually(func() bool { return sem.Value() == 0 })
			acquire()
			release()
			c.Say("had one")
		}
	case "race": // acquires with time-outs, and releases
		tokenRace(c, sem, m)
	case "over": // releases what it has not taken
		c.Hear()
		given := 0
		for range 1000 {
			switch err := sem.Release(m, 1); {
			case err == nil:
				given++
			case !errors.Is(err, futex.ErrOverRelease):
				c.Fatalf("Release: %v", err)
			}
		}
		c.Say(strconv.Itoa(given))
	case "turns":
		n, _ := strconv.Atoi(c.Args[1])
		c.Hear()
		must(passTokens(s, m, 1, n))
		c.Say("done")
	}
})

func tokenRace(c *reexec.Child, sem *futex.Semaphore, m futex.Member) {
	n, _ := strconv.Atoi(c.Args[1])
	c.Hear()
	var wg sync.WaitGroup
	var had atomic.Int32
	for i := range 4 {
		wg.Go(func() {
			for range n {
				ctx, cancel := context.WithTimeout(bg, time.Duration(20+30*i)*time.Microsecond)
				switch err := sem.Acquire(ctx, m); {
				case err == nil:
					had.Add(1)
					time.Sleep(20 * time.Microsecond) // so that others time out
					if err := sem.Release(m, 1); err != nil {
						c.Fatalf("Release: %v", err)
					}
				case !errors.Is(err, context.DeadlineExceeded):
					c.Fatalf("Acquire: %v", err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	c.Say(strconv.Itoa(int(had.Load())))
}

func startSem(t *testing.T, s *segment, args ...string) *reexec.Proc {
	t.Helper()
	return reexec.Start(t, semChild, reexec.Options{Files: s.files(), Args: args, Timeout: 5 * time.Minute})
}

// sleepers is how many processes sleep for the semaphore.
func (s *segment) sleepers(m *member.Member) int { return s.parked(m, semaphoreLine, 0) }

func (s *segment) initSemaphore(t *testing.T, opt futex.SemaphoreOptions) {
	t.Helper()
	s.reset(semaphoreLine)
	if err := s.semaphore().Init(opt); err != nil {
		t.Fatal(err)
	}
}

// Time-outs and releases of several processes race; no token is lost or made.
func TestSemaphoreAcrossProcesses(t *testing.T) {
	for _, track := range []bool{false, true} {
		s := newSegment(t)
		s.initSemaphore(t, futex.SemaphoreOptions{Value: 2, Track: track})
		var all []*reexec.Proc
		for range 3 {
			all = append(all, startSem(t, s, "race", strconv.Itoa(stress(800, 10_000))))
		}
		for _, p := range all {
			p.Say("go")
		}
		for _, p := range all {
			t.Logf("track %v: a process had %s tokens", track, p.Hear())
		}
		if got := s.semaphore().Books(s.join(t)); got != (futex.SemaphoreBooks{Value: 2}) {
			t.Errorf("track %v: %+v at the end", track, got)
		}
	}
}

func TestSemaphoreOverReleaseByEightProcesses(t *testing.T) {
	const limit = 7
	s := newSegment(t)
	s.initSemaphore(t, futex.SemaphoreOptions{Limit: limit})
	var all []*reexec.Proc
	for range 8 {
		all = append(all, startSem(t, s, "over"))
	}
	for _, p := range all {
		p.Say("go")
	}
	total := 0
	for _, p := range all {
		n, _ := strconv.Atoi(p.Hear())
		total += n
	}
	if v := s.semaphore().Value(); total != limit || v != limit {
		t.Errorf("%d releases succeeded, Value() = %d, want %d", total, v, limit)
	}
}

// passTokens passes a token to and fro by two semaphores: each release comes just
// before, while or just after the other side falls asleep. The second semaphore
// lies behind the first.
func passTokens(s *segment, m futex.Member, me, rounds int) error {
	sems := [2]*futex.Semaphore{s.semaphore(), view[futex.Semaphore](s.region[s.lineAt(semaphoreLine+9):])}
	for range rounds {
		if err := sems[me].Acquire(bg, m); err != nil {
			return err
		}
		if err := sems[1-me].Release(m, 1); err != nil {
			return err
		}
	}
	return nil
}

func TestNoTokenIsLost(t *testing.T) {
	rounds := stress(20_000, 1_000_000)
	s := newSegment(t)
	m := s.join(t)
	p := startSem(t, s, "turns", strconv.Itoa(rounds))
	p.Say("go")
	if err := s.semaphore().Release(m, 1); err != nil {
		t.Fatal(err)
	}
	if err := passTokens(s, m, 0, rounds); err != nil {
		t.Fatal(err)
	}
	p.Expect("done")
}

// A process is killed with tokens: who sleeps for one is told, and can have them.
// While it is only stopped, it has them.
func TestTrackedSemaphoreHolderKilled(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	s.initSemaphore(t, futex.SemaphoreOptions{Value: 3, Track: true})
	p := startSem(t, s, "hold", "3")
	p.Expect("holding")
	p.Stop()
	ctx, cancel := context.WithTimeout(bg, 20*time.Millisecond)
	defer cancel()
	if err := s.semaphore().Acquire(ctx, m); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Acquire beside a stopped holder: %v, want DeadlineExceeded", err)
	}
	got := make(chan error)
	go func() { got <- s.semaphore().Acquire(bg, m) }()
	eventually(func() bool { return s.sleepers(m) == 1 })
	p.Kill()
	if err := <-got; !errors.Is(err, futex.ErrTokensLost) {
		t.Errorf("Acquire beside a killed holder: %v, want ErrTokensLost", err)
	}
	if n := s.semaphore().TakeLost(m); n != 3 {
		t.Errorf("TakeLost() = %d, want 3", n)
	}
	if err := s.semaphore().Release(m, 3); err != nil {
		t.Error(err)
	}
}
