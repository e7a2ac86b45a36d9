package futex_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// permitsChild is a process that uses three permits.
var permitsChild = reexec.Register("permits", func(c *reexec.Child) {
	hookPoints(c)
	s := attach(c)
	m := s.join(c)
	p := s.permits(c, nPermits)
	acquire := func() futex.Permit {
		got, err := p.Acquire(bg, m)
		if err != nil {
			c.Fatalf("Acquire: %v", err)
		}
		return got
	}
	switch c.Args[0] {
	case "step acquire": // by the slow path: this process has freed none so far
		stepkill.Region(c, func() { acquire() })
	case "step hinted acquire":
		p.Release(m, acquire().Index)
		stepkill.Region(c, func() { acquire() })
	case "step release":
		got := acquire()
		stepkill.Region(c, func() { p.Release(m, got.Index) })
	case "step release with waiters":
		for range nPermits {
			acquire()
		}
		eventually(func() bool { return s.parked(m, permitsLine, bellAt) == 2 })
		stepkill.Region(c, func() { p.Release(m, 1) })
	case "hold":
		for range nPermits {
			acquire()
		}
		c.Say("holding")
		c.Hear()
		p.Release(m, 0)
	case "each time": // for each line waits until all are had, takes one, gives it back
		for {
			c.Say("ready")
			c.Hear()
			eventually(func() bool { return s.free(c) == 0 })
			p.Release(m, acquire().Index)
			c.Say("had one")
		}
	case "work":
		rounds, _ := strconv.Atoi(c.Args[1])
		c.Hear()
		for range rounds {
			i := acquire().Index
			*s.counter(i)++
			p.Release(m, i)
		}
		c.Say("done")
	}
})

const nPermits = 3

func (s *segment) free(c *reexec.Child) (n int) {
	p := s.permits(c, nPermits)
	for i := range p.Len() {
		if p.Holder(i) == futex.NoID {
			n++
		}
	}
	return n
}

func startPermits(t *testing.T, s *segment, args ...string) *reexec.Proc {
	t.Helper()
	return reexec.Start(t, permitsChild, reexec.Options{Files: s.files(), Args: args, Timeout: 5 * time.Minute})
}

// What is counted under a permit, without any other protection, is exact.
func TestPermitsAcrossProcesses(t *testing.T) {
	rounds := stress(5000, 500_000)
	s := newSegment(t)
	var all []*reexec.Proc
	for range nPermits + 2 {
		all = append(all, startPermits(t, s, "work", strconv.Itoa(rounds)))
	}
	for _, p := range all {
		p.Say("go")
	}
	for _, p := range all {
		p.Expect("done")
	}
	sum := uint64(0)
	for i := range nPermits {
		sum += *s.counter(i)
	}
	if want := uint64(len(all) * rounds); sum != want {
		t.Errorf("counted %d, want %d", sum, want)
	}
}

// A stopped process keeps its permits. When it is killed, each of them goes to one
// of those who wait.
func TestPermitsHolderStoppedThenKilled(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	p := s.permits(t, nPermits)
	holder := startPermits(t, s, "hold")
	holder.Expect("holding")
	holder.Stop()
	if got, ok := p.TryAcquire(m); ok {
		t.Errorf("TryAcquire took %+v of a stopped process", got)
	}
	ctx, cancel := context.WithTimeout(bg, 20*time.Millisecond)
	defer cancel()
	if _, err := p.Acquire(ctx, m); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Acquire beside a stopped process: %v, want DeadlineExceeded", err)
	}
	id := p.Holder(0)
	got := make(chan futex.Permit)
	for range nPermits {
		go func() {
			permit, err := p.Acquire(bg, m)
			if err != nil {
				t.Error(err)
			}
			got <- permit
		}()
	}
	eventually(func() bool { return s.parked(m, permitsLine, bellAt) == 1 })
	holder.Kill()
	had := map[int]bool{}
	for range nPermits {
		permit := <-got
		had[permit.Index] = permit.From == id
	}
	if len(had) != nPermits || !had[0] || !had[1] || !had[2] {
		t.Errorf("recovered %v, want all of %v's", had, id)
	}
}

// exact is what a survivor finds after a kill: every permit can be had at once, and
// none twice.
func exact(s *segment, m futex.Member, t *testing.T) error {
	p := s.permits(t, nPermits)
	for range nPermits {
		if _, ok := p.TryAcquire(m); !ok {
			return errors.New("a permit is lost")
		}
	}
	if got, ok := p.TryAcquire(m); ok {
		return fmt.Errorf("one permit too many: %+v", got)
	}
	return nil
}

// Killed at each instruction of an uncontended Acquire or Release, which make no
// system call: no permit is lost.
func TestKilledInPermits(t *testing.T) {
	for _, op := range []string{"step acquire", "step hinted acquire", "step release"} {
		t.Run(op, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			kills := stepkill.Run(t, stepkill.Config{
				Child: permitsChild, Args: []string{op}, Files: s.files(),
				Prepare: func() { s.reset(permitsLine) },
				Verify: func(p stepkill.Point) error {
					if p.Asleep || strings.Contains(p.Where, "yscall") {
						return errors.New("a system call without contention")
					}
					return exact(s, m, t)
				},
			})
			t.Logf("%d kills", kills)
		})
	}
}

// Killed at each instruction of a Release for which this process and another are
// asleep: both get a permit, freed or the dead one's, and none is lost.
func TestKilledInPermitsReleaseWithWaiters(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	other := startPermits(t, s, "each time")
	other.Expect("ready")
	var got chan futex.Permit
	kills := stepkill.Run(t, stepkill.Config{
		Child: permitsChild, Args: []string{"step release with waiters"}, Files: s.files(), Watch: s.watched(),
		Prepare: func() {
			s.reset(permitsLine)
			p := s.permits(t, nPermits)
			got = make(chan futex.Permit, 1)
			other.Say("wait for one")
			go func() {
				eventually(func() bool { return p.Holder(0)*p.Holder(1)*p.Holder(2) != 0 })
				permit, err := p.Acquire(bg, m)
				if err != nil {
					t.Error(err)
				}
				got <- permit
			}()
		},
		Verify: func(stepkill.Point) error {
			other.Expect("had one")
			other.Expect("ready")
			s.permits(t, nPermits).Release(m, (<-got).Index)
			return exact(s, m, t)
		},
	})
	t.Logf("%d kills", kills)
}

// Who frees a permit is killed before it has rung: those who sleep find it.
func TestPermitsKilledBeforeTheRing(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	p := s.permits(t, nPermits)
	holder := reexec.Start(t, permitsChild, reexec.Options{Files: s.files(), Args: []string{"hold"}, Arm: []string{"released"}})
	holder.Expect("holding")
	got := make(chan futex.Permit)
	for range nPermits {
		go func() {
			permit, err := p.Acquire(bg, m)
			if err != nil {
				t.Error(err)
			}
			got <- permit
		}()
	}
	eventually(func() bool { return s.parked(m, permitsLine, bellAt) == 1 })
	holder.Say("go on")
	holder.WaitAt("released")
	holder.Kill()
	for range nPermits {
		<-got
	}
}
