package futex_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/reexec"
)

// A reader, or a writer, is woken and killed before it has looked: others get
// what it was woken for.
func TestRWWokenWaiterKilled(t *testing.T) {
	for what, off := range map[string]int{"read": rwGate, "write": rwWord} {
		s := newSegment(t)
		m, other := s.join(t), s.join(t)
		if err := s.rw().Lock(bg, m); err != nil {
			t.Fatal(err)
		}
		victim := startRWUser(t, s, 1, what)
		eventually(func() bool { return s.asleepAt(m, off) == 1 })
		victim.Arm("woken")
		got := make(chan error)
		already := s.asleepAt(m, rwWord)
		go func() { got <- s.write(other) }()
		eventually(func() bool { return s.asleepAt(m, rwWord) == already+1 })
		s.rw().Unlock(m)
		victim.WaitAt("woken")
		victim.Kill()
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
}

// Readers and writers are killed at random moments, every third one right after
// it was woken, and replaced; those who are left must go on.
func TestRWRandomKills(t *testing.T) { inBatches(t, 15, rwRandomKills) }

func rwRandomKills(t *testing.T, rng *rand.Rand, rounds int) {
	s := newSegment(t)
	m := s.join(t)
	var staff [3]*reexec.Proc
	for i := range staff {
		staff[i] = startRWUser(t, s, math.MaxInt32, "read", "write", "read")
	}
	for n := range rounds {
		i := rng.IntN(len(staff))
		if n%3 == 0 {
			staff[i].Arm("woken")
			staff[i].WaitAt("woken")
		} else {
			time.Sleep(time.Duration(rng.IntN(2_000_000)))
		}
		staff[i].Kill()
		before := *s.counter(0)
		for _, f := range []func(futex.Member) error{s.write, s.read} { // no hang
			if err := f(m); err != nil {
				t.Fatal(err)
			}
		}
		eventually(func() bool { return *s.counter(0) > before+1 })
		staff[i] = startRWUser(t, s, math.MaxInt32, "read", "write", "read")
	}
	t.Logf("%d kills, %d writes", rounds, *s.counter(0))
}

// Thousands of goroutines that wait to read, and to write, hold few threads.
func TestThousandsWaitForOneRWMutex(t *testing.T) {
	goroutines := stress(3000, 12_000)
	s := newSegment(t)
	m, owner := s.join(t), s.join(t)
	if err := s.rw().Lock(bg, owner); err != nil {
		t.Fatal(err)
	}
	before := threads(t)
	var wg sync.WaitGroup
	for i := range goroutines {
		wg.Go(func() {
			f := s.read
			if i%2 == 0 {
				f = s.write
			}
			if err := f(m); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(func() bool { return s.standing(0) == goroutines })
	runtime.GC()
	if after := threads(t); after > before+few(goroutines) {
		t.Errorf("%d threads while %d goroutines wait, %d before", after, goroutines, before)
	}
	s.rw().Unlock(owner)
	wg.Wait()
	if got := *s.counter(0); got != uint64(goroutines)/2 {
		t.Errorf("counted %d, want %d", got, goroutines/2)
	}
}

// With others giving up all the time, those who wait for ever are served, and
// nothing is left behind.
func TestRWGivingUp(t *testing.T) {
	s := newSegment(t)
	ms := []futex.Member{s.join(t), s.join(t), s.join(t)}
	stop, quit := context.WithCancel(bg)
	var quitters, workers sync.WaitGroup
	for i := range 6 {
		quitters.Go(func() { s.lockAndQuitRW(stop, ms[i%3], i%2 == 0, time.Duration(50+37*i)*time.Microsecond) })
	}
	for i := range 6 {
		workers.Go(func() {
			for range stress(200, 10_000) {
				if err := errors.Join(s.write(ms[i%3]), s.read(ms[i%3])); err != nil {
					t.Error(err)
					return
				}
				runtime.Gosched()
			}
		})
	}
	workers.Wait()
	quit()
	quitters.Wait()
	if err := s.surviveRW(ms[0]); err != nil {
		t.Error(err)
	}
	if s.rwWaited() {
		t.Error("somebody is still marked as waiting to read")
	}
}

// lockAndQuitRW locks with a time-out, again and again until stop is done.
func (s *segment) lockAndQuitRW(stop context.Context, m futex.Member, write bool, patience time.Duration) {
	for stop.Err() == nil {
		ctx, cancel := context.WithTimeout(bg, patience)
		switch {
		case write && s.rw().Lock(ctx, m) == nil:
			s.rw().Unlock(m)
		case !write && s.rw().RLock(ctx, m) == nil:
			s.rw().RUnlock(m)
		}
		cancel()
	}
}

// rwWaited reports whether any goroutine is counted as waiting to read.
func (s *segment) rwWaited() bool {
	for i := range 64 {
		if at(s.room(rwAt, rwSize), 128+8*i).Load() != 0 {
			return true
		}
	}
	return false
}

func TestRWUncontendedPairDoesNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	s := newSegment(t)
	var m futex.Member = s.join(t)
	got := testing.AllocsPerRun(1000, func() {
		_ = s.rw().RLock(bg, m)
		s.rw().RUnlock(m)
		_ = s.rw().Lock(bg, m)
		s.rw().Unlock(m)
	})
	if got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}
