package futex_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// doOnce counts the runs of once 0 in counter 0 and their ends in counter 1.
func doOnce(s *segment, m futex.Member, within func()) error {
	return s.once(0).Do(bg, m, func() error {
		*s.counter(0)++
		within()
		*s.counter(1)++
		return nil
	})
}

// runner does once 0: stepped through, or with a stop within the function.
var runner = reexec.Register("runner", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	do := func() {
		if err := doOnce(s, m, func() {}); err != nil {
			c.Fatalf("Do: %v", err)
		}
	}
	switch c.Args[0] {
	case "step":
		stepkill.Region(c, do)
	case "stop":
		hookPoints(c)
		if err := doOnce(s, m, func() { c.At("within") }); err != nil {
			c.Fatalf("Do: %v", err)
		}
		c.Say("done")
	case "every time":
		for c.Say("ready"); ; c.Say("done") {
			c.Hear()
			do()
		}
	}
})

// Killed at each instruction of a Do that runs: the next one runs it if it was
// not done, and only then.
func TestKilledInOnce(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	kills := stepkill.Run(t, stepkill.Config{
		Child: runner, Args: []string{"step"}, Files: s.files(),
		Prepare: func() { clear(s.line(0)); clear(s.line(1)) },
		Verify: func(p stepkill.Point) error {
			wasDone := s.once(0).Done()
			if p.End && !wasDone {
				return errors.New("not done at the end")
			}
			ran := false
			err := doOnce(s, m, func() { ran = true })
			switch {
			case err != nil:
				return err
			case ran == wasDone:
				return fmt.Errorf("done = %v, run again = %v", wasDone, ran)
			case *s.counter(1) != 1 && !(ran && *s.counter(1) == 2): // 2: killed between its end and the CAS
				return fmt.Errorf("%d runs have ended", *s.counter(1))
			case !s.once(0).Done():
				return errors.New("not done after all")
			}
			return nil
		},
	})
	t.Logf("%d kills", kills)
}

// A runner is killed within the function, at its end, or before the wakes that
// it owes: one of those who wait runs it again, or it is done for all.
func TestOnceRunnerKilled(t *testing.T) {
	for point, runs := range map[string]uint64{"within": 2, "released": 1} {
		t.Run(point, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			p := reexec.Start(t, runner, reexec.Options{Files: s.files(), Args: []string{"stop"}, Arm: []string{"within", point}})
			p.WaitAt("within")
			other := reexec.Start(t, runner, reexec.Options{Files: s.files(), Args: []string{"every time"}})
			other.Expect("ready")
			other.Say("do")
			got := make(chan error)
			go func() { got <- doOnce(s, m, func() {}) }()
			eventually(func() bool { return s.parked(m, 0, onceAt) == 2 })
			if point != "within" {
				p.Resume()
				p.WaitAt(point)
			}
			p.Kill()
			other.Expect("done")
			if err := <-got; err != nil {
				t.Error(err)
			}
			if n := *s.counter(0); n != runs {
				t.Errorf("%d runs, want %d", n, runs)
			}
		})
	}
}

// A runner that is stopped is at it; nobody else runs.
func TestOnceRunnerStopped(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	p := reexec.Start(t, runner, reexec.Options{Files: s.files(), Args: []string{"stop"}, Arm: []string{"within"}})
	p.WaitAt("within")
	p.Stop()
	got := make(chan error)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { got <- doOnce(s, m, func() { t.Error("run beside a stopped runner") }) })
	}
	eventually(func() bool { return s.standing(0) == 3 })
	p.Cont()
	p.Resume()
	for range 3 {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	p.Expect("done")
}
