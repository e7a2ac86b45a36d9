package futex

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// newSemaphore is a semaphore with these options.
func newSemaphore(t *testing.T, opt SemaphoreOptions) *Semaphore {
	t.Helper()
	s := new(Semaphore)
	if err := s.Init(opt); err != nil {
		t.Fatalf("Init(%+v): %v", opt, err)
	}
	return s
}

func TestSemaphoreInit(t *testing.T) {
	tooMany := math.MaxInt32 + 1
	for _, opt := range []SemaphoreOptions{
		{Value: -1}, {Value: tooMany}, {Limit: -1}, {Limit: tooMany}, {Value: 2, Limit: 1},
		{Track: true}, {Value: 1, Limit: 2, Track: true},
	} {
		var s Semaphore
		if err := s.Init(opt); !errors.Is(err, ErrRange) || s.state.Load() != 0 {
			t.Errorf("Init(%+v): %v, state %#x", opt, err, s.state.Load())
		}
	}
	s := newSemaphore(t, SemaphoreOptions{Value: math.MaxInt32})
	if s.Value() != math.MaxInt32 {
		t.Errorf("Value() = %d", s.Value())
	}
	if err := s.Init(SemaphoreOptions{Value: 1}); !errors.Is(err, ErrInUse) {
		t.Errorf("the second Init: %v, want ErrInUse", err)
	}
}

func TestSemaphore(t *testing.T) {
	var w world
	mb := w.join()
	s := newSemaphore(t, SemaphoreOptions{Value: 2})
	done, cancel := context.WithCancel(bg)
	cancel()
	for range 2 {
		if err := s.Acquire(done, mb); err != nil {
			t.Fatalf("Acquire of what is free with a done context: %v", err)
		}
	}
	if s.TryAcquire(mb) {
		t.Error("TryAcquire of the third of two tokens")
	}
	if err := s.Acquire(done, mb); !errors.Is(err, context.Canceled) {
		t.Errorf("Acquire with a done context: %v, want Canceled", err)
	}
	short, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	if err := s.Acquire(short, mb); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Acquire: %v, want DeadlineExceeded", err)
	}
	for range 4 {
		if err := s.Release(mb, 1); err != nil {
			t.Fatal(err)
		}
	}
	if v := s.Value(); v != 4 {
		t.Errorf("Value() = %d after four releases, want 4", v)
	}
	if !s.TryAcquire(mb) || s.Value() != 3 {
		t.Errorf("TryAcquire failed, or Value() = %d", s.Value())
	}
}

func TestSemaphoreRefuses(t *testing.T) {
	var w world
	mb := w.join()
	for _, c := range []struct {
		opt  SemaphoreOptions
		n    int
		want error
	}{
		{SemaphoreOptions{Value: math.MaxInt32}, 1, ErrOverflow},
		{SemaphoreOptions{Value: 1}, math.MaxInt32, ErrOverflow},
		{SemaphoreOptions{Value: 1}, math.MaxInt, ErrOverflow},
		{SemaphoreOptions{Value: 3, Limit: 3}, 1, ErrOverRelease},
		{SemaphoreOptions{Value: 1, Limit: 3}, 3, ErrOverRelease},
		{SemaphoreOptions{Value: 1, Limit: 3}, math.MaxInt, ErrOverRelease},
		{SemaphoreOptions{Value: 2, Track: true}, 1, ErrOverRelease},
		{SemaphoreOptions{Value: 2}, 0, nil},
		{SemaphoreOptions{Value: 2, Track: true}, 0, nil},
	} {
		s := newSemaphore(t, c.opt)
		if err := s.Release(mb, c.n); !errors.Is(err, c.want) || s.Value() != c.opt.Value {
			t.Errorf("%+v: Release(%d): %v, want %v; Value() = %d", c.opt, c.n, err, c.want, s.Value())
		}
		before := s.state.Load()
		mustPanic(t, "Release of a negative number", func() { _ = s.Release(mb, -1) })
		if s.state.Load() != before {
			t.Error("misuse changed the state")
		}
	}
}

// Every release reaches somebody who sleeps, however close they follow one
// another and however many tokens they give: each sleeper takes one, for good.
func TestSemaphoreWakesForEveryToken(t *testing.T) {
	var w world
	members := []*fake{w.join(), w.join(), w.join(), w.join()}
	for _, each := range []int{1, 5} {
		for _, give := range []int{1, 2, 20} {
			for range 20 {
				var s Semaphore
				var wg sync.WaitGroup
				for _, mb := range members {
					for range each {
						wg.Go(func() {
							if err := s.Acquire(bg, mb); err != nil {
								t.Error(err)
							}
						})
					}
				}
				for _, mb := range members {
					eventually(t, func() bool { return mb.inLine(lowHalf(&s.state)) == each })
				}
				total := len(members) * each
				for left := total; left > 0; left -= give {
					if err := s.Release(members[0], min(give, left)); err != nil {
						t.Fatal(err)
					}
				}
				wg.Wait()
				if s.Value() != 0 {
					t.Fatalf("%d tokens are left", s.Value())
				}
			}
		}
	}
}

// Tokens are neither lost nor made by time-outs that race with releases.
func TestSemaphoreConservesTokens(t *testing.T) {
	const tokens = 3
	for _, track := range []bool{false, true} {
		var w world
		s := newSemaphore(t, SemaphoreOptions{Value: tokens, Track: track})
		keeper := w.join()
		for range tokens { // nobody has one, until somebody has given up
			mustLock(t, s.Acquire(bg, keeper))
		}
		var held, timeouts atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			mb := w.join()
			wg.Go(func() {
				for range 850 {
					switch err := holdOne(s, mb, &held, time.Duration(10+7*i)*time.Microsecond); {
					case errors.Is(err, context.DeadlineExceeded):
						timeouts.Add(1)
					case err != nil:
						t.Error(err)
					}
				}
			})
		}
		eventually(t, func() bool { return timeouts.Load() != 0 })
		mustLock(t, s.Release(keeper, tokens))
		wg.Wait()
		if s.Value() != tokens {
			t.Errorf("track %v: %d tokens at the end, want %d", track, s.Value(), tokens)
		}
		t.Logf("track %v: %d time-outs", track, timeouts.Load())
	}
}

// holdOne takes a token, if that is possible in the given time, and gives it back.
func holdOne(s *Semaphore, mb Member, held *atomic.Int32, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(bg, patience)
	defer cancel()
	if err := s.Acquire(ctx, mb); err != nil {
		return err
	}
	if n := held.Add(1); n > 3 {
		return errors.New("more tokens than there are")
	}
	time.Sleep(20 * time.Microsecond) // so that others time out
	held.Add(-1)
	return s.Release(mb, 1)
}

// Of many who release the same few tokens at once only as many succeed as the
// limit allows.
func TestSemaphoreOverReleaseRace(t *testing.T) {
	var w world
	const limit, members, each = 5, 8, 200
	s := newSemaphore(t, SemaphoreOptions{Limit: limit})
	var given atomic.Int32
	var wg sync.WaitGroup
	for range members {
		mb := w.join()
		wg.Go(func() {
			for range each {
				switch err := s.Release(mb, 1); {
				case err == nil:
					given.Add(1)
				case !errors.Is(err, ErrOverRelease):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if given.Load() != limit || s.Value() != limit {
		t.Errorf("%d releases succeeded, Value() = %d, want %d", given.Load(), s.Value(), limit)
	}
}

func TestSemaphoreWithHostileWords(t *testing.T) {
	var w world
	mb := w.join()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		var s Semaphore
		v := rng.Uint64() >> rng.IntN(64)
		s.state.Store(v)
		for i := range s.books {
			s.books[i].Store(rng.Uint64() >> rng.IntN(64))
		}
		ctx, cancel := context.WithTimeout(bg, 50*time.Microsecond)
		_ = s.Acquire(ctx, mb)
		cancel()
		_ = s.TryAcquire(mb)
		_ = s.Release(mb, rng.IntN(3))
		_ = s.Books(mb)
		_ = s.TakeLost(mb)
		if n := s.Value(); n < 0 || n > maxCount {
			t.Errorf("%#x: Value() = %d", v, n)
		}
	}
}
