package futex_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// contended does one operation that spins, sleeps and is woken, in a region that is
// stepped through.
var contended = reexec.Register("contended", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	m.Unpark(m.Park(s.word(1))) // begins to watch the others: not what is tested
	time.Sleep(time.Millisecond)
	var err error
	stepkill.Region(c, func() {
		switch c.Args[0] {
		case "semaphore":
			err = s.semaphore().Acquire(bg, m)
		case "permits":
			_, err = s.permits(c, 1).Acquire(bg, m)
		case "once":
			err = s.once(0).Do(bg, m, func() error { return nil })
		case "event":
			err = s.event(0).Wait(bg, m)
		case "latch":
			err = s.latch(0).Wait(bg, m)
		}
	})
	if err != nil {
		c.Fatalf("%s: %v", c.Args[0], err)
	}
})

// rig is one thing that a child waits for in TestKilledWhileContended.
type rig struct {
	hold    func() error // makes the child wait
	release func() error // ends its wait
	verify  func() error // after the kill: nothing is lost but what died with it
}

func (s *segment) rigs(t *testing.T, m futex.Member) map[string]rig {
	sem, e, l := s.semaphore(), s.event(0), s.latch(0)
	return map[string]rig{
		"semaphore": {
			hold: func() error {
				s.initSemaphore(t, futex.SemaphoreOptions{Value: 1, Track: true})
				return sem.Acquire(bg, m)
			},
			release: func() error { return sem.Release(m, 1) },
			verify: func() error {
				if err := sem.Release(m, sem.TakeLost(m)); err != nil {
					return err
				}
				if b, ok := sem.Books(m), sem.TryAcquire(m); !ok && b.Missing != 1 {
					return fmt.Errorf("no token, and the books say %+v", b)
				}
				return nil
			},
		},
		"permits": {
			hold:    func() error { s.reset(permitsLine); _, err := s.permits(t, 1).Acquire(bg, m); return err },
			release: func() error { s.permits(t, 1).Release(m, 0); return nil },
			verify:  func() error { _, err := s.permits(t, 1).Acquire(bg, m); return err },
		},
		"event": {
			hold:    func() error { e.Clear(); return nil },
			release: func() error { e.Set(); e.Clear(); return nil },
			verify:  func() error { e.Set(); return e.Wait(bg, m) },
		},
		"latch": {
			hold:    func() error { clear(s.line(0)); return l.Add(1) },
			release: func() error { l.CountDown(l.Count()); return nil },
			verify:  func() error { l.CountDown(l.Count()); return l.Wait(bg, m) },
		},
		"once": s.onceRig(m),
	}
}

// onceRig has this process run the once, and fail when it is told to.
func (s *segment) onceRig(m futex.Member) rig {
	o, goOn := s.once(0), make(chan struct{}, 1)
	var runs chan error
	return rig{
		hold: func() error {
			clear(s.line(0))
			runs = make(chan error, 1)
			inside := make(chan struct{})
			go func() {
				runs <- o.Do(bg, m, func() error { close(inside); <-goOn; return errors.New("failed") })
			}()
			<-inside
			return nil
		},
		release: func() error { goOn <- struct{}{}; <-runs; return nil },
		verify:  func() error { return o.Do(bg, m, func() error { return nil }) },
	}
}

// Killed at each step of a wait that spins, sleeps and is woken.
func TestKilledWhileContended(t *testing.T) {
	if !long() {
		t.Skip("30,000 steps a kill: set SHMENGINE_STRESS=1; the named points are tested always")
	}
	s := newSegment(t)
	m := s.join(t)
	for name, r := range s.rigs(t, m) {
		t.Run(name, func(t *testing.T) {
			held := false
			release := func() {
				if held {
					held = false
					if err := r.release(); err != nil {
						t.Errorf("release: %v", err)
					}
				}
			}
			kills := stepkill.Run(t, stepkill.Config{
				Child: contended, Args: []string{name}, Files: s.files(), Watch: s.region,
				Prepare: func() {
					if err := r.hold(); err != nil {
						t.Fatal(err)
					}
					held = true
				},
				Asleep: release,
				Verify: func(stepkill.Point) error {
					release()
					return r.verify()
				},
			})
			t.Logf("%d kills", kills)
		})
	}
}
