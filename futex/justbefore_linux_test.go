package futex_test

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/spin"
)

const (
	hangingLine = 30 // its word counts how often the child was about to sleep
	doneLine    = 31 // its word counts the child's waits that have ended
)

// justBefore are the child's wait and what ends it.
func (s *segment) justBefore(m futex.Member, name string) (wait, release func() error) {
	if name == "event" {
		return func() error {
			err := s.event(0).Wait(bg, m)
			for s.event(0).IsSet() { // not the same one twice
				runtime.Gosched()
			}
			return err
		}, func() error { s.event(0).Set(); s.event(0).Clear(); return nil }
	}
	return func() error { return s.semaphore().Acquire(bg, m) },
		func() error { return s.semaphore().Release(m, 1) }
}

// dozer waits again and again, and tells just before it sleeps.
var dozer = reexec.Register("dozer", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	rounds, _ := strconv.Atoi(c.Args[1])
	futex.SetHook(func(p uint8) {
		if p == uint8(futex.PointHanging) {
			s.word(hangingLine).Add(1)
		}
	})
	wait, _ := s.justBefore(m, c.Args[0])
	c.Hear()
	for range rounds {
		if err := wait(); err != nil {
			c.Fatalf("%s: %v", c.Args[0], err)
		}
		s.word(doneLine).Add(1)
	}
	c.Say("done")
})

// The release comes when the other process is just about to sleep: before the
// kernel compares the word, while it does, or right after.
func TestWokenJustBeforeTheSleep(t *testing.T) {
	for _, name := range []string{"event", "semaphore"} {
		t.Run(name, func(t *testing.T) {
			rounds := stress(1000, 1_000_000)
			s := newSegment(t)
			_, release := s.justBefore(s.join(t), name)
			p := reexec.Start(t, dozer, reexec.Options{
				Files: s.files(), Args: []string{name, strconv.Itoa(rounds)}, Timeout: 10 * time.Minute,
			})
			p.Say("go")
			hung := s.releaseJustBefore(t, rounds, release)
			p.Expect("done")
			t.Logf("%d waits, %d times about to sleep", rounds, hung)
			if int(hung) < rounds/4 {
				t.Error("too few: the test shows less than it should")
			}
		})
	}
}

// releaseJustBefore releases whenever the child is about to sleep, until it has
// waited as often as it should, and returns how often that was.
func (s *segment) releaseJustBefore(t *testing.T, rounds int, release func() error) (hung uint32) {
	rng := rand.New(rand.NewPCG(1, 1))
	for {
		for i := 0; s.word(hangingLine).Load() == hung; i++ {
			if s.word(doneLine).Load() == uint32(rounds) {
				return hung
			}
			if i%1000 == 999 {
				runtime.Gosched()
			}
		}
		hung = s.word(hangingLine).Load()
		spin.Pause(1 + rng.Uint32N(100))
		if err := release(); err != nil {
			t.Fatal(err)
		}
	}
}
