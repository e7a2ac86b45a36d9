package futex

import (
	"context"
	"errors"
	"testing"
	"time"
)

// check compares what the books of s say.
func (s *Semaphore) check(t *testing.T, mb Member, want SemaphoreBooks) {
	t.Helper()
	if got := s.Books(mb); got != want {
		t.Errorf("Books() = %+v, want %+v", got, want)
	}
}

func acquire(t *testing.T, s *Semaphore, mb Member, n int) {
	t.Helper()
	for range n {
		if err := s.Acquire(bg, mb); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTrackedSemaphore(t *testing.T) {
	var w world
	a, b, c := w.join(), w.join(), w.join()
	s := newSemaphore(t, SemaphoreOptions{Value: 5, Track: true})
	acquire(t, s, a, 2)
	acquire(t, s, b, 1)
	if !s.TryAcquire(b) {
		t.Error("TryAcquire failed")
	}
	s.check(t, c, SemaphoreBooks{Value: 1, Held: 4})
	for _, mb := range []Member{a, b, c} { // more than it has; more than all have
		if err := s.Release(mb, 3); !errors.Is(err, ErrOverRelease) {
			t.Errorf("Release of more than the member has: %v, want ErrOverRelease", err)
		}
	}
	s.check(t, c, SemaphoreBooks{Value: 1, Held: 4})
	w.kill(a)
	s.check(t, c, SemaphoreBooks{Value: 1, Held: 2, Lost: 2})
	acquire(t, s, c, 1) // there is one
	if err := s.Acquire(bg, c); !errors.Is(err, ErrTokensLost) {
		t.Errorf("Acquire with none left and a dead member: %v, want ErrTokensLost", err)
	}
	if s.TryAcquire(c) {
		t.Error("TryAcquire with none left")
	}
	if n := s.TakeLost(c); n != 2 {
		t.Errorf("TakeLost() = %d, want 2", n)
	}
	if n := s.TakeLost(b); n != 0 {
		t.Errorf("TakeLost() of what was taken = %d, want 0", n)
	}
	s.check(t, b, SemaphoreBooks{Held: 5})
	if err := s.Release(c, 3); err != nil { // out of two lines
		t.Errorf("Release of what was lost: %v", err)
	}
	if err := s.Release(b, 2); err != nil {
		t.Error(err)
	}
	s.check(t, b, SemaphoreBooks{Value: 5})
}

// Whoever sleeps for a token learns that a member has died with one, all of them;
// and whoever takes over a loss, and dies, leaves it to the next.
func TestTrackedSemaphoreTellsSleepers(t *testing.T) {
	var w world
	a, b, c := w.join(), w.join(), w.join()
	s := newSemaphore(t, SemaphoreOptions{Value: 1, Track: true})
	acquire(t, s, a, 1)
	const each = 3
	got := make(chan error)
	for _, mb := range []Member{b, c} {
		for range each {
			go func() { got <- s.Acquire(bg, mb) }()
		}
	}
	for _, mb := range []*fake{b, c} {
		eventually(t, func() bool { return mb.inLine(lowHalf(&s.state)) == each })
	}
	w.kill(a)
	for range 2 * each {
		if err := <-got; !errors.Is(err, ErrTokensLost) {
			t.Errorf("a sleeper got %v, want ErrTokensLost", err)
		}
	}
	if n := s.TakeLost(b); n != 1 {
		t.Errorf("TakeLost() = %d, want 1", n)
	}
	short, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	if err := s.Acquire(short, c); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Acquire of what was taken over: %v, want DeadlineExceeded", err)
	}
	w.kill(b)
	if n := s.TakeLost(c); n != 1 {
		t.Errorf("TakeLost() after the second death = %d, want 1", n)
	}
	if err := s.Release(c, 1); err != nil || s.Value() != 1 {
		t.Errorf("Release: %v; Value() = %d", err, s.Value())
	}
}

// The books have lines for 64 members at a time; those of the dead are used again
// unless they have tokens.
func TestTrackedSemaphoreBooksFull(t *testing.T) {
	var w world
	s := newSemaphore(t, SemaphoreOptions{Value: 100, Track: true})
	var all []*fake
	for range semaphoreBooks {
		mb := w.join()
		acquire(t, s, mb, 1)
		all = append(all, mb)
	}
	late := w.join()
	if err := s.Acquire(bg, late); !errors.Is(err, ErrBooksFull) || s.TryAcquire(late) {
		t.Errorf("Acquire by one member too many: %v, want ErrBooksFull", err)
	}
	w.kill(all[7]) // with its token
	if err := s.Acquire(bg, late); !errors.Is(err, ErrBooksFull) {
		t.Errorf("Acquire beside a loss: %v, want ErrBooksFull", err)
	}
	if err := s.Release(all[9], 1); err != nil {
		t.Fatal(err)
	}
	w.kill(all[9]) // without
	acquire(t, s, late, 2)
	s.check(t, late, SemaphoreBooks{Value: 35, Held: 64, Lost: 1})
}

// Without the books only the value is known.
func TestBooksWithoutTrack(t *testing.T) {
	var w world
	a, b := w.join(), w.join()
	s := newSemaphore(t, SemaphoreOptions{Value: 2})
	acquire(t, s, a, 1)
	w.kill(a)
	s.check(t, b, SemaphoreBooks{Value: 1})
	if n := s.TakeLost(b); n != 0 {
		t.Errorf("TakeLost() = %d", n)
	}
}
