package futex_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
)

// condAsleep counts the members that are parked on any cell's word.
func (s *segment) condAsleep(m *member.Member) int {
	n := 0
	for i := range 64 {
		n += s.asleepAt(m, condAt+64+32*i+4)
	}
	return n
}

// untilNotified goes on making goods until a consumer has been woken, and stands still
// before it looks: which it need not for any one of them, since whoever is not asleep
// takes goods too, and what it was notified of.
func (s *segment) untilNotified(t *testing.T, m *member.Member, p *reexec.Proc) {
	t.Helper()
	p.Arm("woken")
	enough, failed := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-enough:
				failed <- nil
				return
			case <-time.After(50 * time.Microsecond):
			}
			if err := s.produce(m, 1); err != nil {
				failed <- err
				return
			}
		}
	}()
	p.WaitAt("woken")
	close(enough)
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
}

// Consumers are killed at random moments, every third one right after it was
// woken, and replaced: whatever is made is taken.
func TestCondRandomKills(t *testing.T) { inBatches(t, 15, condRandomKills) }

func condRandomKills(t *testing.T, rng *rand.Rand, rounds int) {
	s := newSegment(t)
	m := s.join(t)
	var staff [3]*reexec.Proc
	for i := range staff {
		staff[i] = startConsumer(t, s, 2)
	}
	for n := range rounds {
		i := rng.IntN(len(staff))
		if n%3 == 0 {
			s.untilNotified(t, m, staff[i])
		} else {
			for range rng.IntN(6) {
				if err := s.produce(m, 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		staff[i].Kill()
		eventually(func() bool { return s.taken(m) == *s.counter(0) })
		staff[i] = startConsumer(t, s, 2)
	}
	t.Logf("%d kills, %d goods", rounds, *s.counter(0))
}

// Thousands of goroutines that wait on one Cond hold few threads.
func TestThousandsWaitOnOneCond(t *testing.T) {
	goroutines := stress(3000, 12_000)
	s := newSegment(t)
	m, other := s.join(t), s.join(t)
	before := threads(t)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			if _, err := s.consume(m); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(func() bool { return s.cond().Waiting() == goroutines })
	runtime.GC()
	if after := threads(t); after > before+few(goroutines) {
		t.Errorf("%d threads while %d goroutines wait, %d before", after, goroutines, before)
	}
	for range goroutines / 100 {
		if err := s.produce(other, 100); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if n := s.taken(m); n != uint64(goroutines) {
		t.Errorf("%d were taken, want %d", n, goroutines)
	}
}
