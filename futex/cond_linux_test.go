package futex_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// A store of goods under mutex 0: counter 0 is what was made, 1 what was taken,
// and 2 is 1 when it is closed. Each step is one store, so that there is nothing
// to repair after a death but to tell everybody.

// lockStore locks the mutex, and repairs.
func (s *segment) lockStore(m futex.Member) error {
	return s.healStore(m, s.mutex(0).Lock(bg, m))
}

func (s *segment) healStore(m futex.Member, err error) error {
	if errors.Is(err, futex.ErrOwnerDied) {
		s.mutex(0).MarkConsistent(m)
		s.cond().NotifyAll(s.mutex(0), m) // he may have been about to
		return nil
	}
	return err
}

// produce makes n goods, and tells as many.
func (s *segment) produce(m futex.Member, n int) error {
	if err := s.lockStore(m); err != nil {
		return err
	}
	defer s.mutex(0).Unlock(m)
	*s.counter(0) += uint64(n)
	s.cond().Notify(s.mutex(0), m, n)
	return nil
}

func (s *segment) closeStore(m futex.Member) error {
	if err := s.lockStore(m); err != nil {
		return err
	}
	defer s.mutex(0).Unlock(m)
	*s.counter(2) = 1
	s.cond().NotifyAll(s.mutex(0), m)
	return nil
}

// consume waits for one, and takes it: false when the store is closed and empty.
func (s *segment) consume(m futex.Member) (bool, error) {
	if err := s.lockStore(m); err != nil {
		return false, err
	}
	stocked := func() bool { return *s.counter(0) > *s.counter(1) }
	for {
		err := s.cond().WaitFor(bg, s.mutex(0), m, func() bool { return stocked() || *s.counter(2) != 0 })
		if err == nil {
			break
		}
		if err := s.healStore(m, err); err != nil {
			return false, err
		}
	}
	defer s.mutex(0).Unlock(m)
	if stocked() {
		*s.counter(1)++
		return true, nil
	}
	return false, nil
}

// taken is how many goods were taken so far.
func (s *segment) taken(m futex.Member) uint64 {
	if err := s.lockStore(m); err != nil {
		panic(err)
	}
	defer s.mutex(0).Unlock(m)
	return *s.counter(1)
}

// consumer takes goods by several goroutines until the store is closed.
var consumer = reexec.Register("consumer", func(c *reexec.Child) {
	hookPoints(c)
	s := attach(c)
	m := s.join(c)
	_, _ = m.Reap()
	c.Say("ready")
	var wg sync.WaitGroup
	var goroutines int
	_, _ = fmt.Sscan(c.Args[0], &goroutines)
	for range goroutines {
		wg.Go(func() {
			for {
				more, err := s.consume(m)
				if err != nil {
					c.Fatalf("%v", err)
				}
				if !more {
					return
				}
			}
		})
	}
	wg.Wait()
	c.Say("done")
})

func startConsumer(t *testing.T, s *segment, goroutines int) *reexec.Proc {
	t.Helper()
	p := reexec.Start(t, consumer, reexec.Options{Files: s.files(), Args: []string{fmt.Sprint(goroutines)}, Timeout: patience})
	p.Expect("ready")
	return p
}

// Every notify of one is worth one of the goods, whichever process gets it.
func TestCondProcessesTakeEverything(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	consumers := []*reexec.Proc{startConsumer(t, s, 4), startConsumer(t, s, 4)}
	goods := stress(2000, 100_000)
	for i := range goods {
		if err := s.produce(m, 1); err != nil {
			t.Fatal(err)
		}
		if i%100 == 0 { // now and then all of them are asleep
			eventually(func() bool { return s.taken(m) == uint64(i+1) })
		}
	}
	eventually(func() bool { return s.taken(m) == uint64(goods) })
	if err := s.closeStore(m); err != nil {
		t.Fatal(err)
	}
	for _, p := range consumers {
		p.Expect("done")
	}
	if n := s.cond().Waiting(); n != 0 {
		t.Errorf("%d wait at the end", n)
	}
}

// condStepper waits, or notifies, in a region that is stepped.
var condStepper = reexec.Register("condStepper", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	if c.Args[0] == "Wait" { // begins to watch the others: not what is tested
		m.Unpark(m.Park(s.word(1)))
		time.Sleep(time.Millisecond)
	}
	_ = s.lockStore(m)
	switch c.Args[0] {
	case "Wait":
		stepkill.Region(c, func() { _ = s.cond().Wait(bg, s.mutex(0), m) })
	case "Notify":
		for s.cond().Waiting() < 2 {
			s.mutex(0).Unlock(m)
			time.Sleep(100 * time.Microsecond)
			_ = s.lockStore(m)
		}
		*s.counter(0) += 2
		stepkill.Region(c, func() {
			s.cond().Notify(s.mutex(0), m, 2)
			s.mutex(0).Unlock(m)
		})
	}
})

// condPeer takes one of the goods for every line that it hears.
var condPeer = reexec.Register("condPeer", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	c.Say("ready")
	for {
		c.Hear()
		if _, err := s.consume(m); err != nil {
			c.Fatalf("%v", err)
		}
		c.Say("taken")
	}
})

// Killed at each instruction of a Notify and the Unlock after it, with this and
// another process asleep: both are served.
func TestKilledInCondNotify(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	peer := reexec.Start(t, condPeer, reexec.Options{Files: s.files()})
	peer.Expect("ready")
	var got chan error
	kills := stepkill.Run(t, stepkill.Config{
		Child: condStepper, Args: []string{"Notify"}, Files: s.files(), Watch: s.watched(),
		Prepare: func() {
			peer.Say("take one")
			got = s.consumeSoon(m)
		},
		Verify: func(stepkill.Point) error {
			peer.Expect("taken")
			return <-got
		},
	})
	t.Logf("%d kills, %d goods", kills, *s.counter(0))
}

// consumeSoon takes one of the goods in a goroutine.
func (s *segment) consumeSoon(m futex.Member) chan error {
	got := make(chan error, 1)
	go func() {
		_, err := s.consume(m)
		got <- err
	}()
	eventually(func() bool { return s.cond().Waiting() > 0 })
	return got
}

// Killed at each step of a Wait that sleeps and is notified, with this process
// asleep as well: the one that lives gets what is made.
func TestKilledInCondWait(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	var got, made chan error
	produce := func() { // not waited for: the child may be halted with the mutex
		if made == nil {
			made = make(chan error, 1)
			go func() { made <- s.produceForBoth(m) }()
		}
	}
	kills := stepkill.Run(t, stepkill.Config{
		Child: condStepper, Args: []string{"Wait"}, Files: s.files(), Watch: s.region,
		Prepare: func() {
			made = nil
			got = s.consumeSoon(m)
		},
		Asleep: produce,
		Verify: func(stepkill.Point) error {
			produce()
			return errors.Join(<-made, <-got)
		},
	})
	t.Logf("%d kills, %d goods", kills, *s.counter(0))
}

// produceForBoth makes one of the goods, and then wakes whoever has not got it.
func (s *segment) produceForBoth(m futex.Member) error {
	if err := s.produce(m, 1); err != nil {
		return err
	}
	if err := s.lockStore(m); err != nil {
		return err
	}
	s.cond().NotifyAll(s.mutex(0), m)
	s.mutex(0).Unlock(m)
	return nil
}

// A waiter is woken by a notify, and killed before it has looked: another one
// gets the notify.
func TestCondWokenWaiterKilled(t *testing.T) {
	s := newSegment(t)
	m := s.join(t)
	for range 5 {
		victim := startConsumer(t, s, 1)
		eventually(func() bool { return s.condAsleep(m) == 1 })
		if err := s.produce(m, 1); err != nil { // so that the other one is next but one
			t.Fatal(err)
		}
		eventually(func() bool { return s.taken(m) == *s.counter(0) && s.condAsleep(m) == 1 })
		victim.Arm("woken")
		if err := s.produce(m, 1); err != nil { // nobody else waits: it is the victim's
			t.Fatal(err)
		}
		victim.WaitAt("woken")
		*s.counter(1)++ // taken by hand, so that the next one has to wait
		got := s.consumeSoon(m)
		eventually(func() bool { return s.condAsleep(m) >= 1 && s.cond().Waiting() == 2 })
		*s.counter(1)-- // it is there again, and its notify is with the victim
		victim.Kill()
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
}
