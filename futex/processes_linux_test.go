package futex_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
)

// adder adds to counter 0 under mutex 0 from several goroutines, without any
// other protection.
var adder = reexec.Register("adder", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	goroutines, _ := strconv.Atoi(c.Args[0])
	rounds, _ := strconv.Atoi(c.Args[1])
	c.Say(fmt.Sprintf("%#x", addressOf(s.region)))
	c.Hear() // start
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range rounds {
				if err := s.mutex(0).Lock(bg, m); err != nil {
					c.Fatalf("Lock: %v", err)
				}
				*s.counter(0)++
				s.mutex(0).Unlock(m)
			}
		})
	}
	wg.Wait()
	c.Say("done")
})

func TestProcessesCountExactly(t *testing.T) {
	const processes, goroutines = 3, 4
	rounds := stress(5000, 200_000)
	s := newSegment(t)
	addresses := map[string]bool{fmt.Sprintf("%#x", addressOf(s.region)): true}
	var children []*reexec.Proc
	for range processes {
		p := reexec.Start(t, adder, reexec.Options{
			Files: s.files(), Timeout: 5 * time.Minute,
			Args: []string{strconv.Itoa(goroutines), strconv.Itoa(rounds)},
		})
		addresses[p.Hear()] = true
		children = append(children, p)
	}
	if len(addresses) == 1 {
		t.Errorf("all processes map the segment at %v: the test shows less than it should", addresses)
	}
	for _, p := range children {
		p.Say("start")
	}
	for _, p := range children {
		p.Expect("done")
	}
	if got, want := *s.counter(0), uint64(processes*goroutines*rounds); got != want {
		t.Errorf("counted %d, want %d", got, want)
	}
	if w := s.lockWord(0); w != 0 {
		t.Errorf("the word is %#x at the end, want 0", w)
	}
}

// holder locks the first n mutexes, reports the point "held", and unlocks.
var holder = reexec.Register("holder", func(c *reexec.Child) {
	hookPoints(c)
	s := attach(c)
	m := s.join(c)
	n, _ := strconv.Atoi(c.Args[0])
	for i := range n {
		if err := s.mutex(i).Lock(bg, m); err != nil {
			c.Fatalf("Lock %d: %v", i, err)
		}
	}
	c.At("held")
	if len(c.Args) > 1 {
		os.Exit(0) // with the locks held
	}
	for i := range n {
		s.mutex(i).Unlock(m)
	}
})

func startHolder(t *testing.T, s *segment, n int, more ...string) *reexec.Proc {
	t.Helper()
	p := reexec.Start(t, holder, reexec.Options{
		Files: s.files(), Arm: []string{"held"}, Args: append([]string{strconv.Itoa(n)}, more...),
	})
	p.WaitAt("held")
	return p
}

// waiter locks the first n mutexes, each in a goroutine of its own, and says
// what it got. After ErrOwnerDied it stops at "recovering" before it heals.
var waiter = reexec.Register("waiter", func(c *reexec.Child) {
	hookPoints(c)
	s := attach(c)
	m := s.join(c)
	n, _ := strconv.Atoi(c.Args[0])
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { c.Say(fmt.Sprintf("%d %s", i, lockOnce(c, s, m, i))) })
	}
	wg.Wait()
	c.Say("done")
})

// hookPoints reports the points of the slow path to the test.
func hookPoints(c *reexec.Child) {
	names := map[uint8]string{
		uint8(futex.PointWoken):    "woken",
		uint8(futex.PointHanging):  "hanging",
		uint8(futex.PointTaken):    "taken",
		uint8(futex.PointReleased): "released",
	}
	futex.SetHook(func(p uint8) { c.At(names[p]) })
}

// lockOnce locks and unlocks mutex i and returns what happened.
func lockOnce(c *reexec.Child, s *segment, m futex.Member, i int) string {
	err := s.mutex(i).Lock(bg, m)
	switch {
	case err == nil:
		s.mutex(i).Unlock(m)
		return "locked"
	case errors.Is(err, futex.ErrOwnerDied):
		c.At("recovering")
		s.mutex(i).MarkConsistent(m)
		s.mutex(i).Unlock(m)
		return "owner died"
	case errors.Is(err, futex.ErrNotRecoverable):
		return "not recoverable"
	}
	return err.Error()
}

func startWaiter(t *testing.T, s *segment, n int, arm ...string) *reexec.Proc {
	t.Helper()
	return reexec.Start(t, waiter, reexec.Options{Files: s.files(), Args: []string{strconv.Itoa(n)}, Arm: arm})
}

// A process that is killed while it holds ten mutexes, each waited for by two
// others: of the waiters of each exactly one learns that the owner died.
func TestKilledOwnerOfTenMutexes(t *testing.T) {
	const n = 10
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, n)
	waiters := []*reexec.Proc{startWaiter(t, s, n), startWaiter(t, s, n)}
	eventually(func() bool {
		for i := range n {
			if s.asleep(m, i) != len(waiters) {
				return false
			}
		}
		return true
	})
	owner.Kill()
	died := make(map[string]int)
	for _, p := range waiters {
		for line := p.Hear(); line != "done"; line = p.Hear() {
			var i int
			var got string
			if _, err := fmt.Sscanf(line, "%d %s", &i, &got); err != nil {
				t.Fatal(line)
			}
			if got == "owner" {
				died[strconv.Itoa(i)]++
			}
		}
	}
	for i := range n {
		if got := died[strconv.Itoa(i)]; got != 1 {
			t.Errorf("mutex %d: %d waiters got ErrOwnerDied, want 1", i, got)
		}
	}
}

// The one who recovers is killed before it has marked the mutex consistent: the
// next one learns of a dead owner again.
func TestRecovererKilled(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, 1)
	recoverer := startWaiter(t, s, 1, "recovering")
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	owner.Kill()
	recoverer.WaitAt("recovering")
	next := startWaiter(t, s, 1)
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	recoverer.Kill()
	next.Expect("0 owner died")
	if ok, err := s.mutex(0).TryLock(m); !ok || err != nil {
		t.Errorf("TryLock at the end = %v, %v", ok, err)
	}
}

// Unlock without MarkConsistent reaches those who are already asleep in other
// processes.
func TestNotRecoverableAcrossProcesses(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, 1)
	owner.Kill()
	if err := s.mutex(0).Lock(bg, m); !errors.Is(err, futex.ErrOwnerDied) {
		t.Fatalf("Lock: %v, want ErrOwnerDied", err)
	}
	waiters := []*reexec.Proc{startWaiter(t, s, 1), startWaiter(t, s, 1)}
	eventually(func() bool { return s.asleep(m, 0) == len(waiters) })
	s.mutex(0).Unlock(m)
	for _, p := range waiters {
		p.Expect("0 not recoverable")
	}
}

// A stopped owner is alive: nobody takes its mutex.
func TestStoppedOwnerKeepsItsMutex(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, 1)
	owner.Stop()
	if ok, err := s.mutex(0).TryLock(m); ok || err != nil {
		t.Errorf("TryLock of a stopped owner's mutex = %v, %v", ok, err)
	}
	ctx, cancel := context.WithTimeout(bg, time.Duration(stress(100, 5000))*time.Millisecond)
	defer cancel()
	if err := s.mutex(0).Lock(ctx, m); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lock of a stopped owner's mutex: %v, want DeadlineExceeded", err)
	}
	owner.Cont()
	owner.Resume()
	if err := s.mutex(0).Lock(bg, m); err != nil {
		t.Errorf("Lock after the owner went on: %v", err)
	}
}

// An owner that exits without unlocking has died, whatever its exit code; and
// so has one that nobody has reaped yet.
func TestOwnerThatExitsIsDead(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, 1, "exit")
	got := make(chan error)
	go func() { got <- s.mutex(0).Lock(bg, m) }()
	eventually(func() bool { return s.asleep(m, 0) == 1 })
	owner.Resume()
	if err := <-got; !errors.Is(err, futex.ErrOwnerDied) {
		t.Errorf("Lock: %v, want ErrOwnerDied", err)
	}
	if st := owner.Wait(); st.Code != 0 || st.Signal != nil {
		t.Errorf("the owner ended with %v", st)
	}
}

func TestZombieOwnerIsDead(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	owner := startHolder(t, s, 1)
	sendKill(t, owner.PID())
	eventually(func() bool { return processState(owner.PID()) == 'Z' })
	var err error
	eventually(func() bool { // its other threads may take a while to end
		var ok bool
		ok, err = s.mutex(0).TryLock(m)
		return ok || err != nil
	})
	if !errors.Is(err, futex.ErrOwnerDied) {
		t.Errorf("TryLock of a zombie's mutex: %v, want ErrOwnerDied", err)
	}
	if state := processState(owner.PID()); state != 'Z' {
		t.Errorf("the owner's state is %c: the test shows less than it should", state)
	}
	owner.Kill()
}
