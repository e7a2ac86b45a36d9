package futex_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// recount is what a survivor finds after a kill: at most one token is missing, and
// all others are there or can be had.
func recount(s *segment, m futex.Member, value int, track bool, p stepkill.Point) (missing int, err error) {
	sem := s.semaphore()
	if track {
		lost := sem.TakeLost(m)
		if err := sem.Release(m, lost); err != nil {
			return 0, fmt.Errorf("give back %d lost ones: %w", lost, err)
		}
		if b := sem.Books(m); b.Held != 0 || b.Lost != 0 || b.Missing != value-b.Value {
			return 0, fmt.Errorf("the books say %+v", b)
		}
	}
	missing = value - sem.Value()
	switch {
	case missing < 0 || missing > 1:
		return missing, fmt.Errorf("%d of %d tokens are missing", missing, value)
	case track && missing == 1 && !strings.Contains(p.Where, "futex."):
		return missing, errors.New("one is missing, and it was not killed within the semaphore")
	}
	for range sem.Value() {
		if err := sem.Acquire(bg, m); err != nil {
			return missing, err
		}
	}
	return missing, nil
}

// Killed at each instruction of an uncontended Acquire or Release, which make no
// system call. With Track a token is lost, unreported, only within the few
// instructions between the two words.
func TestKilledInSemaphore(t *testing.T) {
	ops := []string{"step acquire", "step release"}
	if long() {
		ops = append(ops, "step first acquire")
	}
	for _, op := range ops {
		for _, track := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, track %v", op, track), func(t *testing.T) {
				s := newSegment(t)
				m := s.join(t)
				lost := 0
				kills := stepkill.Run(t, stepkill.Config{
					Child: semChild, Args: []string{op}, Files: s.files(),
					Prepare: func() { s.initSemaphore(t, futex.SemaphoreOptions{Value: 2, Track: track}) },
					Verify: func(p stepkill.Point) error {
						if !track && (p.Asleep || strings.Contains(p.Where, "yscall")) {
							return errors.New("a system call without contention")
						}
						missing, err := recount(s, m, 2, track, p)
						lost += missing
						return err
					},
				})
				if track && lost > 60 {
					t.Errorf("a token was lost at %d of %d kills: more than a few instructions", lost, kills)
				}
				t.Logf("%d kills, a token was gone at %d of them", kills, lost)
			})
		}
	}
}

// Killed at each instruction of a Release for which this process and another are
// asleep: one of them takes the token and hands it to the other.
func TestKilledInReleaseWithWaiters(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	other := startSem(t, s, "each time")
	other.Expect("ready")
	var got chan error
	kills := stepkill.Run(t, stepkill.Config{
		Child: semChild, Args: []string{"step release with waiters"}, Files: s.files(), Watch: s.watched(),
		Prepare: func() {
			s.initSemaphore(t, futex.SemaphoreOptions{Value: 1})
			got = make(chan error, 1)
			other.Say("wait for one")
			go func() {
				eventually(func() bool { return s.semaphore().Value() == 0 })
				err := s.semaphore().Acquire(bg, m)
				got <- errors.Join(err, s.semaphore().Release(m, 1))
			}()
		},
		Verify: func(p stepkill.Point) error {
			// In place of the token that it may have been killed with. If it was killed
			// between its release and the wake, this one wakes nobody: W is clear.
			if err := s.semaphore().Release(m, 1); err != nil {
				return err
			}
			other.Expect("had one")
			other.Expect("ready")
			if err := <-got; err != nil {
				return err
			}
			if v := s.semaphore().Value(); v != 2 && (v != 1 || p.End) {
				return fmt.Errorf("Value() = %d at the end", v)
			}
			return nil
		},
	})
	t.Logf("%d kills", kills)
}
