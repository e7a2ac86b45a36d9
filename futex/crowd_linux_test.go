package futex_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/race"
)

// Thousands of goroutines that wait for one mutex hold a handful of threads.
func TestThousandsWaitOnFewThreads(t *testing.T) {
	for _, goroutines := range []int{300, stress(3000, 12_000)} {
		s := newSegment(t)
		m, owner := s.join(t), s.join(t)
		mu := s.mutex(0)
		if err := mu.Lock(bg, owner); err != nil {
			t.Fatal(err)
		}
		before := threads(t)
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				if err := mu.Lock(bg, m); err != nil {
					t.Errorf("Lock: %v", err)
					return
				}
				*s.counter(0)++
				mu.Unlock(m)
			})
		}
		eventually(func() bool { return s.standing(0) == goroutines })
		runtime.GC()
		if after := threads(t); after > before+few(goroutines) {
			t.Errorf("%d threads while %d goroutines wait, %d before", after, goroutines, before)
		}
		mu.Unlock(owner)
		wg.Wait()
		if got := *s.counter(0); got != uint64(goroutines) {
			t.Errorf("counted %d, want %d", got, goroutines)
		}
	}
}

// standing is how many goroutines of this process are in Lock of mutex i: all
// that have not been served, since each counts when it is.
func (s *segment) standing(i int) int {
	buf := make([]runtime.StackRecord, 20_000)
	n, ok := runtime.GoroutineProfile(buf)
	if !ok {
		return -1
	}
	standing := 0
	for _, r := range buf[:n] {
		for _, pc := range r.Stack() {
			if f := runtime.FuncForPC(pc - 1); f != nil && f.Name() == "github.com/shmengine/shmengine/futex.(*Place).WaitInLine" {
				standing++
				break
			}
		}
	}
	return standing
}

// More words than threads may sleep on: those who have to poll get their turn,
// each word by itself, while all the others stay asleep.
func TestMoreWordsThanSleepers(t *testing.T) {
	const words = futex.Sleepers + 20
	s := newSegment(t)
	m, owner := s.join(t), s.join(t)
	locks := make([]futex.Mutex, words)
	got := make(chan int, words)
	for i := range locks {
		if err := locks[i].Lock(bg, owner); err != nil {
			t.Fatal(err)
		}
		go func() {
			if err := locks[i].Lock(bg, m); err != nil {
				t.Errorf("Lock: %v", err)
			}
			got <- i
		}()
	}
	eventually(func() bool { return s.standing(0) == words })
	for i := words - 1; i >= 0; i-- {
		locks[i].Unlock(owner)
		if j := <-got; j != i {
			t.Fatalf("mutex %d was unlocked and %d was locked", i, j)
		}
	}
}

// Time-outs and cancellations leave nothing behind: no goroutine, no flag, no
// sleeper, and the mutex works as before.
func TestTimeoutsLeaveNoResidue(t *testing.T) {
	s := newSegment(t)
	m, owner := s.join(t), s.join(t)
	mu := s.mutex(0)
	goroutines := 0
	for round := range 2 {
		if err := mu.Lock(bg, owner); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { giveUp(t, mu, m, stress(25, 500)) })
		}
		wg.Wait()
		mu.Unlock(owner)
		if w := s.lockWord(0); w != 0 {
			t.Errorf("the word is %#x at the end, want 0", w)
		}
		if round == 0 {
			goroutines = runtime.NumGoroutine()
		}
	}
	eventually(func() bool { return runtime.NumGoroutine() <= goroutines })
	if n := s.asleep(owner, 0); n != 0 {
		t.Errorf("%d sleepers are listed at the end", n)
	}
}

// giveUp tries to lock, and gives up, n times, by time-out and by cancellation.
func giveUp(t *testing.T, mu *futex.Mutex, m futex.Member, n int) {
	for i := range n {
		ctx, cancel := context.WithTimeout(bg, 200*time.Microsecond)
		want := context.DeadlineExceeded
		if i%2 == 1 {
			ctx, cancel = context.WithCancel(bg)
			want = context.Canceled
			time.AfterFunc(200*time.Microsecond, cancel)
		}
		if err := mu.Lock(ctx, m); !errors.Is(err, want) {
			t.Errorf("Lock: %v, want %v", err, want)
		}
		cancel()
	}
}

// Whoever gives up must not take a wake along: with others giving up all the
// time, those who wait for ever are still served.
func TestGivingUpHandsOnTheWake(t *testing.T) {
	s := newSegment(t)
	ms := []futex.Member{s.join(t), s.join(t), s.join(t)}
	mu := s.mutex(0)
	var quitters, workers sync.WaitGroup
	stop, quit := context.WithCancel(bg)
	for i := range 6 {
		quitters.Go(func() { lockAndQuit(stop, mu, ms[i%len(ms)], time.Duration(50+37*i)*time.Microsecond) })
	}
	rounds := stress(200, 20_000)
	for i := range 6 {
		workers.Go(func() {
			for range rounds {
				if err := mu.Lock(bg, ms[i%len(ms)]); err != nil {
					t.Errorf("Lock: %v", err)
					return
				}
				*s.counter(0)++
				runtime.Gosched() // so that the others meet a mutex that is held
				mu.Unlock(ms[i%len(ms)])
			}
		})
	}
	workers.Wait()
	quit()
	quitters.Wait()
	if got, want := *s.counter(0), uint64(6*rounds); got != want {
		t.Errorf("counted %d, want %d", got, want)
	}
}

// lockAndQuit locks with a time-out, again and again until stop is done.
func lockAndQuit(stop context.Context, mu *futex.Mutex, m futex.Member, patience time.Duration) {
	for stop.Err() == nil {
		ctx, cancel := context.WithTimeout(bg, patience)
		if mu.Lock(ctx, m) == nil {
			mu.Unlock(m)
		}
		cancel()
	}
}

func TestUncontendedPairDoesNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	s := newSegment(t)
	m := s.join(t)
	var member futex.Member = m
	got := testing.AllocsPerRun(1000, func() {
		_ = s.mutex(0).Lock(bg, member)
		s.mutex(0).Unlock(member)
	})
	if got != 0 {
		t.Errorf("%v allocations a pair, want 0", got)
	}
}
