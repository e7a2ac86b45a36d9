package futex_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// party passes n rounds, with its round in counter i, and looks whether the other
// counters are in step.
func (s *segment) party(m futex.Member, i, n int) error {
	parties := s.barrier().Parties()
	for r := range n {
		s.word(i).Store(uint32(r))
		if _, err := s.barrier().Wait(bg, m); err != nil {
			return err
		}
		for j := range parties {
			if q := int(s.word(j).Load()); q != r && q != r+1 {
				return fmt.Errorf("party %d is in round %d when %d has passed %d", j, q, i, r)
			}
		}
	}
	return nil
}

// partyChild is two parties.
var partyChild = reexec.Register("partyChild", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	first, _ := strconv.Atoi(c.Args[0])
	rounds, _ := strconv.Atoi(c.Args[1])
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			if err := s.party(m, first+i, rounds); err != nil {
				c.Fatalf("%v", err)
			}
		})
	}
	wg.Wait()
	c.Say("done")
})

func TestBarrierProcessesLockStep(t *testing.T) {
	const children = 2
	rounds := stress(1000, 50_000)
	s := newSegment(t)
	m := s.join(t)
	if err := s.barrier().Init(2*children + 1); err != nil {
		t.Fatal(err)
	}
	var procs []*reexec.Proc
	for i := range children {
		procs = append(procs, reexec.Start(t, partyChild, reexec.Options{
			Files: s.files(), Timeout: patience, Args: []string{strconv.Itoa(2 * i), strconv.Itoa(rounds)},
		}))
	}
	if err := s.party(m, 2*children, rounds); err != nil {
		t.Error(err)
	}
	for _, p := range procs {
		p.Expect("done")
	}
}

// barrierStepper is a party that has joined, and is stepped through its Wait.
var barrierStepper = reexec.Register("barrierStepper", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	if err := s.barrier().Join(m); err != nil {
		c.Fatalf("%v", err)
	}
	m.Unpark(m.Park(s.word(1))) // begins to watch the others: not what is tested
	time.Sleep(time.Millisecond)
	var action func() error
	if c.Args[0] == "action" {
		action = func() error { return nil }
	}
	stepkill.Region(c, func() { _, _ = s.barrier().WaitAction(bg, m, action) })
})

// brokenOr is err, if that is not that the barrier is broken.
func brokenOr(err error) error {
	if errors.Is(err, futex.ErrBroken) {
		return nil
	}
	return err
}

// waitSoon waits at the barrier in a goroutine.
func (s *segment) waitSoon(m futex.Member) chan error {
	got := make(chan error, 1)
	go func() {
		_, err := s.barrier().Wait(bg, m)
		got <- err
	}()
	return got
}

// surviveBarrier is what a survivor finds after a kill: a barrier that works from
// a Reset on.
func (s *segment) surviveBarrier(m futex.Member) error {
	s.barrier().Reset(m)
	got := s.waitSoon(m)
	_, err := s.barrier().Wait(bg, m)
	return errors.Join(err, <-got)
}

// Killed at each step of a Wait, as the last to arrive, with and without an
// action, and as the first, who sleeps: the other party never hangs.
func TestKilledInBarrierWait(t *testing.T) {
	for _, op := range []string{"last", "action", "first"} {
		t.Run(op, func(t *testing.T) {
			s := newSegment(t)
			m := s.join(t)
			if err := s.barrier().Init(2); err != nil {
				t.Fatal(err)
			}
			var got chan error
			come := func() {
				if got == nil {
					got = s.waitSoon(m)
				}
			}
			cfg := stepkill.Config{
				Child: barrierStepper, Args: []string{op}, Files: s.files(), Watch: s.watched(),
				Prepare: func() {
					if got = nil; op != "first" {
						come()
						eventually(func() bool { return s.asleepAt(m, barAt+4) == 1 })
					}
				},
				Verify: func(stepkill.Point) error {
					come()
					return errors.Join(brokenOr(<-got), s.surviveBarrier(m))
				},
			}
			if op == "first" {
				cfg.Watch, cfg.Asleep = s.region, come
			}
			t.Logf("%d kills", stepkill.Run(t, cfg))
		})
	}
}

// joinedParty goes round and round until it is killed; when the barrier is broken
// it waits for a Reset.
var joinedParty = reexec.Register("joinedParty", func(c *reexec.Child) {
	hookPoints(c)
	s := attach(c)
	m := s.join(c)
	_, _ = m.Reap()
	if err := s.barrier().Join(m); err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("joined")
	for {
		if _, err := s.barrier().Wait(bg, m); brokenOr(err) != nil {
			c.Fatalf("%v", err)
		}
		eventually(func() bool { return !s.barrier().Broken() })
	}
})

func startJoinedParty(t *testing.T, s *segment) *reexec.Proc {
	t.Helper()
	p := reexec.Start(t, joinedParty, reexec.Options{Files: s.files(), Timeout: patience})
	p.Expect("joined")
	return p
}

// waitUntilBroken goes round and round in a goroutine, late enough for the others
// to sleep.
func (s *segment) waitUntilBroken(m futex.Member) chan error {
	got := make(chan error, 1)
	go func() {
		for {
			time.Sleep(200 * time.Microsecond)
			if _, err := s.barrier().Wait(bg, m); err != nil {
				got <- err
				return
			}
		}
	}()
	return got
}

// Parties that have joined are killed at random moments, every third one right
// after it was woken: the others never hang, and go on after a Reset.
func TestBarrierRandomKills(t *testing.T) { inBatches(t, 12, barrierRandomKills) }

func barrierRandomKills(t *testing.T, rng *rand.Rand, rounds int) {
	s := newSegment(t)
	m := s.join(t)
	var staff [3]*reexec.Proc
	if err := s.barrier().Init(len(staff) + 1); err != nil {
		t.Fatal(err)
	}
	for i := range staff {
		staff[i] = startJoinedParty(t, s)
	}
	for n := range rounds {
		for range 3 { // it works
			if _, err := s.barrier().Wait(bg, m); err != nil {
				t.Fatalf("after %d kills: %v", n, err)
			}
		}
		i := rng.IntN(len(staff))
		if n%3 == 0 {
			staff[i].Arm("woken")
			broken := s.waitUntilBroken(m)
			staff[i].WaitAt("woken")
			staff[i].Kill()
			<-broken
		} else {
			time.Sleep(time.Duration(rng.IntN(1_000_000)))
			staff[i].Kill()
		}
		for err := error(nil); err == nil; { // broken, sooner or later, since it had joined
			_, err = s.barrier().Wait(bg, m)
		}
		staff[i] = startJoinedParty(t, s)
		s.barrier().Reset(m)
	}
	t.Logf("%d kills", rounds)
}

// Thousands of goroutines that wait at one barrier hold few threads.
func TestThousandsWaitAtOneBarrier(t *testing.T) {
	goroutines := stress(3000, 12_000)
	s := newSegment(t)
	m, other := s.join(t), s.join(t)
	if err := s.barrier().Init(goroutines + 1); err != nil {
		t.Fatal(err)
	}
	before := threads(t)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			if _, err := s.barrier().Wait(bg, m); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(func() bool { return s.standing(0) == goroutines })
	runtime.GC()
	if after := threads(t); after > before+few(goroutines) {
		t.Errorf("%d threads while %d goroutines wait, %d before", after, goroutines, before)
	}
	if i, err := s.barrier().Wait(bg, other); i != 0 || err != nil {
		t.Errorf("Wait of the last = %d, %v", i, err)
	}
	wg.Wait()
}
