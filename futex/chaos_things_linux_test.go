package futex_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
)

// hustle does one of each: it takes a permit and counts under it, takes a token of
// the tracked semaphore, gets back what the dead had, and has everybody who waits
// for the event look.
func (s *segment) hustle(m futex.Member, permits *futex.Permits) error {
	permit, err := permits.Acquire(bg, m)
	if err != nil {
		return err
	}
	*s.counter(1 + permit.Index)++
	permits.Release(m, permit.Index)
	sem := s.semaphore()
	for err = sem.Acquire(bg, m); errors.Is(err, futex.ErrTokensLost); err = sem.Acquire(bg, m) {
		if err := sem.Release(m, sem.TakeLost(m)); err != nil {
			return fmt.Errorf("give back what was lost: %w", err)
		}
	}
	if err != nil {
		return err
	}
	s.event(0).Set()
	s.event(0).Clear()
	return sem.Release(m, 1)
}

// hustler does so until it is killed, by two goroutines.
var hustler = reexec.Register("hustler", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	_, _ = m.Reap()
	permits := s.permits(c, nPermits)
	c.Say("ready")
	work := func() {
		for {
			if err := s.hustle(m, permits); err != nil {
				c.Fatalf("%v", err)
			}
		}
	}
	go work()
	work()
})

// Processes are killed at random moments and replaced: those who are left go on,
// each permit can be had at the end, and every token but those that Missing tells
// of. This process has more tokens than can go missing, and makes good for those.
func TestRandomKillsOfThings(t *testing.T) { inBatches(t, 40, killThings) }

func killThings(t *testing.T, rng *rand.Rand, rounds int) {
	const few = 3
	mine, tokens := 2*rounds, 2*rounds+few
	s := newSegment(t)
	m := s.join(t)
	sem, permits := s.semaphore(), s.permits(t, nPermits)
	s.initSemaphore(t, futex.SemaphoreOptions{Value: tokens, Track: true})
	for range mine {
		_ = sem.TryAcquire(m)
	}
	staff := [3]*reexec.Proc{hire(t, s), hire(t, s), hire(t, s)}
	for range rounds {
		i := rng.IntN(len(staff))
		time.Sleep(time.Duration(rng.IntN(1_500_000)))
		staff[i].Kill()
		mine -= s.makeGood(t, m, mine, few)
		if err := s.hustle(m, permits); err != nil { // those who are left do not hang
			t.Fatal(err)
		}
		staff[i] = hire(t, s)
	}
	for _, p := range staff {
		p.Kill()
	}
	if err := errors.Join(sem.Release(m, mine+sem.TakeLost(m)), exact(s, m, t)); err != nil {
		t.Error(err)
	}
	b := sem.Books(m)
	if b.Held != 0 || b.Lost != 0 || b.Missing < 0 || b.Missing > 2*rounds {
		t.Errorf("%+v of %d tokens at the end", b, tokens)
	}
	t.Logf("%d kills, %d tokens missing, %d times under the first permit", rounds, b.Missing, *s.counter(1))
}

// makeGood releases some of mine tokens until the others have few.
func (s *segment) makeGood(t *testing.T, m futex.Member, mine, few int) (released int) {
	sem := s.semaphore()
	for released < mine {
		if b := sem.Books(m); b.Value+b.Held+b.Lost-(mine-released) >= few {
			break
		}
		if err := sem.Release(m, 1); err != nil {
			t.Fatal(err)
		}
		released++
	}
	return released
}

func hire(t *testing.T, s *segment) *reexec.Proc {
	p := reexec.Start(t, hustler, reexec.Options{Files: s.files()})
	p.Expect("ready")
	return p
}
