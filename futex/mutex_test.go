package futex

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

var bg = context.Background()

func TestMutexCountsExactly(t *testing.T) {
	var (
		w     world
		m     Mutex
		count int
		wg    sync.WaitGroup
	)
	const members, goroutines, rounds = 3, 4, 2000
	for range members {
		mb := w.join()
		for range goroutines {
			wg.Go(func() {
				for range rounds {
					if err := m.Lock(bg, mb); err != nil {
						t.Error(err)
						return
					}
					count++
					m.Unlock(mb)
				}
			})
		}
	}
	wg.Wait()
	if want := members * goroutines * rounds; count != want {
		t.Errorf("counted %d, want %d", count, want)
	}
	if v := m.word.Load(); v != 0 {
		t.Errorf("the word is %#x after the last Unlock, want 0", v)
	}
}

func TestTryLock(t *testing.T) {
	var w world
	var m Mutex
	a, b := w.join(), w.join()
	if ok, err := m.TryLock(a); !ok || err != nil {
		t.Fatalf("TryLock of a free mutex = %v, %v", ok, err)
	}
	for _, mb := range []*fake{a, b} {
		if ok, err := m.TryLock(mb); ok || err != nil {
			t.Errorf("TryLock of a held mutex = %v, %v, want false, nil", ok, err)
		}
	}
	if h := m.Holder(); h != a.ID() {
		t.Errorf("Holder() = %v, want %v", h, a.ID())
	}
	w.kill(a)
	if ok, err := m.TryLock(b); !ok || !errors.Is(err, ErrOwnerDied) {
		t.Errorf("TryLock of a dead owner's mutex = %v, %v, want true, ErrOwnerDied", ok, err)
	}
	m.Unlock(b)
	if ok, err := m.TryLock(b); ok || !errors.Is(err, ErrNotRecoverable) {
		t.Errorf("TryLock of a lost mutex = %v, %v, want false, ErrNotRecoverable", ok, err)
	}
}

// The rule for a context that is already done: what is free at once is taken.
func TestLockWithADoneContext(t *testing.T) {
	var w world
	var m Mutex
	mb := w.join()
	done, cancel := context.WithCancel(bg)
	cancel()
	if err := m.Lock(done, mb); err != nil {
		t.Fatalf("Lock of a free mutex with a done context: %v", err)
	}
	if err := m.Lock(done, mb); !errors.Is(err, context.Canceled) {
		t.Errorf("Lock of a held mutex with a done context: %v, want Canceled", err)
	}
	m.Unlock(mb)
}

func TestLockTimesOut(t *testing.T) {
	var w world
	var m Mutex
	a, b := w.join(), w.join()
	if err := m.Lock(bg, a); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(bg, 5*time.Millisecond)
	defer cancel()
	if err := m.Lock(ctx, b); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lock: %v, want DeadlineExceeded", err)
	}
	if deadline, _ := ctx.Deadline(); time.Now().Before(deadline) {
		t.Errorf("gave up %v before the deadline", time.Until(deadline))
	}
	m.Unlock(a)
	if v := m.word.Load(); v != 0 {
		t.Errorf("the word is %#x after the time-out and Unlock, want 0", v)
	}
}

func TestOwnerDied(t *testing.T) {
	var w world
	var m Mutex
	a, b := w.join(), w.join()
	if err := m.Lock(bg, a); err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() { got <- m.Lock(bg, b) }()
	eventually(t, func() bool { return b.sleepers() == 1 })
	w.kill(a)
	if err := <-got; !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("the waiter of a dead owner got %v, want ErrOwnerDied", err)
	}
	m.MarkConsistent(b)
	m.Unlock(b)
	if err := m.Lock(bg, b); err != nil {
		t.Errorf("Lock after MarkConsistent: %v", err)
	}
}

func TestNotRecoverableReachesSleepers(t *testing.T) {
	var w world
	var m Mutex
	a, b, c := w.join(), w.join(), w.join()
	if err := m.Lock(bg, a); err != nil {
		t.Fatal(err)
	}
	w.kill(a)
	if err := m.Lock(bg, b); !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("Lock: %v, want ErrOwnerDied", err)
	}
	const each = 5
	got := make(chan error)
	for range each {
		go func() { got <- m.Lock(bg, b) }()
		go func() { got <- m.Lock(bg, c) }()
	}
	eventually(t, func() bool { return b.inLine(&m.word) == each && c.inLine(&m.word) == each })
	m.Unlock(b)
	for range 2 * each {
		if err := <-got; !errors.Is(err, ErrNotRecoverable) {
			t.Errorf("a sleeper got %v, want ErrNotRecoverable", err)
		}
	}
}

func TestMisusePanics(t *testing.T) {
	var w world
	var m Mutex
	a, b := w.join(), w.join()
	mustPanic(t, "Unlock of a free mutex", func() { m.Unlock(a) })
	if err := m.Lock(bg, a); err != nil {
		t.Fatal(err)
	}
	before := m.word.Load()
	mustPanic(t, "Unlock by another member", func() { m.Unlock(b) })
	mustPanic(t, "MarkConsistent by another member", func() { m.MarkConsistent(b) })
	if after := m.word.Load(); after != before {
		t.Errorf("misuse changed the word from %#x to %#x", before, after)
	}
	m.MarkConsistent(a) // nothing to mark
	m.Unlock(a)
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	f()
}
