package futex

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// rwClean reports what is left in a mutex that nobody uses any more.
func rwClean(t *testing.T, m *RWMutex) {
	t.Helper()
	if v := m.word.Load(); v != 0 {
		t.Errorf("the word is %#x at the end, want 0", v)
	}
	if m.counted() || m.marked() {
		t.Error("readers are counted or marked at the end")
	}
}

func mustLock(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRWMutexExcludes(t *testing.T) {
	var (
		w    world
		m    RWMutex
		a, b int // equal, except while a writer writes
		wg   sync.WaitGroup
	)
	const members, rounds = 3, 1000
	for range members {
		mb := w.join()
		for i := range 4 {
			wg.Go(func() {
				h := m.As(mb)
				for range rounds {
					if i == 0 {
						mustLock(t, h.Lock(bg))
						a++
						runtime.Gosched()
						b++
						h.Unlock()
						continue
					}
					mustLock(t, h.RLock(bg))
					if a != b {
						t.Errorf("a reader sees %d and %d", a, b)
					}
					h.RUnlock()
				}
			})
		}
	}
	wg.Wait()
	if want := members * rounds; a != want || b != want {
		t.Errorf("counted %d and %d, want %d", a, b, want)
	}
	rwClean(t, &m)
}

func TestRWMutexTry(t *testing.T) {
	var w world
	var m RWMutex
	a, b := w.join(), w.join()
	try := func(what string, f func(Member) (bool, error), mb Member, want bool, wantErr error) {
		t.Helper()
		if ok, err := f(mb); ok != want || !errors.Is(err, wantErr) {
			t.Errorf("%s = %v, %v, want %v, %v", what, ok, err, want, wantErr)
		}
	}
	try("TryRLock of a free mutex", m.TryRLock, a, true, nil)
	try("TryRLock beside a reader", m.TryRLock, b, true, nil)
	try("TryRLock for the second time", m.TryRLock, b, true, nil)
	m.RUnlock(a)
	try("TryLock beside readers", m.TryLock, a, false, nil)
	m.RUnlock(b)
	try("TryLock beside one read lock of two", m.TryLock, a, false, nil)
	m.RUnlock(b)
	try("TryLock of a free mutex", m.TryLock, a, true, nil)
	for _, mb := range []Member{a, b} {
		try("TryLock of a held mutex", m.TryLock, mb, false, nil)
		try("TryRLock of a held mutex", m.TryRLock, mb, false, nil)
	}
	if id := m.Writer(); id != a.ID() {
		t.Errorf("Writer() = %v, want %v", id, a.ID())
	}
	w.kill(a)
	try("TryRLock of a dead writer's mutex", m.TryRLock, b, true, ErrOwnerDied)
	m.Unlock(b) // it is held for writing
	try("TryLock of a lost mutex", m.TryLock, b, false, ErrNotRecoverable)
	try("TryRLock of a lost mutex", m.TryRLock, b, false, ErrNotRecoverable)
	if id := m.Writer(); id != NoID {
		t.Errorf("Writer() of a lost mutex = %v", id)
	}
}

// What is free at once is taken even if the context is done, also if that needs
// a look at the dead.
func TestRWMutexWithADoneContext(t *testing.T) {
	var w world
	var m RWMutex
	a, b := w.join(), w.join()
	done, cancel := context.WithCancel(bg)
	cancel()
	mustLock(t, m.RLock(done, a))
	if err := m.Lock(done, b); !errors.Is(err, context.Canceled) {
		t.Errorf("Lock beside a reader: %v, want Canceled", err)
	}
	w.kill(a)
	mustLock(t, m.Lock(done, b))
	for _, f := range []func(context.Context, Member) error{m.Lock, m.RLock} {
		if err := f(done, b); !errors.Is(err, context.Canceled) {
			t.Errorf("locking a held mutex: %v, want Canceled", err)
		}
	}
	m.Unlock(b)
	rwClean(t, &m)
}

func TestRWMutexTimesOut(t *testing.T) {
	var w world
	var m RWMutex
	a, b := w.join(), w.join()
	try := func(f func(context.Context, Member) error) {
		ctx, cancel := context.WithTimeout(bg, 5*time.Millisecond)
		defer cancel()
		if err := f(ctx, b); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
		if deadline, _ := ctx.Deadline(); time.Now().Before(deadline) {
			t.Errorf("gave up %v before the deadline", time.Until(deadline))
		}
	}
	mustLock(t, m.RLock(bg, a))
	try(m.Lock)
	mustLock(t, m.RLock(bg, b)) // the writer that gave up is out of the way
	m.RUnlock(a)
	m.RUnlock(b)
	mustLock(t, m.Lock(bg, a))
	try(m.Lock)
	try(m.RLock)
	m.Unlock(a)
	rwClean(t, &m)
}

// A reader that died does not keep a writer out, one that waits already included.
func TestRWMutexDeadReader(t *testing.T) {
	var w world
	var m RWMutex
	a, b := w.join(), w.join()
	mustLock(t, m.RLock(bg, a))
	mustLock(t, m.RLock(bg, a))
	got := make(chan error)
	go func() { got <- m.Lock(bg, b) }()
	eventually(t, func() bool { return b.sleepers() == 1 })
	w.kill(a)
	if err := <-got; err != nil {
		t.Errorf("Lock after the reader's death: %v", err)
	}
	m.Unlock(b)
	rwClean(t, &m)
}

// After a writer's death exactly one of those who wait holds the mutex, for
// writing, and knows; the others get what they asked for when it is repaired.
func TestRWMutexDeadWriter(t *testing.T) {
	var w world
	var m RWMutex
	a, b, c := w.join(), w.join(), w.join()
	mustLock(t, m.Lock(bg, a))
	var died atomic.Int32
	var wg sync.WaitGroup
	wait := func(f func(context.Context, Member) error, undo func(Member), mb Member) {
		wg.Go(func() {
			switch err := f(bg, mb); {
			case errors.Is(err, ErrOwnerDied):
				died.Add(1)
				if m.Writer() != mb.ID() {
					t.Error("ErrOwnerDied, and not held for writing")
				}
				m.MarkConsistent(mb)
				m.Unlock(mb)
			case err != nil:
				t.Error(err)
			default:
				undo(mb)
			}
		})
	}
	for range 3 {
		wait(m.RLock, m.RUnlock, b)
		wait(m.RLock, m.RUnlock, c)
		wait(m.Lock, m.Unlock, c)
	}
	eventually(t, func() bool {
		return b.inLine(&m.gate) == 3 && c.inLine(&m.gate) == 3 && c.inLine(&m.word) == 3
	})
	w.kill(a)
	wg.Wait()
	if n := died.Load(); n != 1 {
		t.Errorf("%d got ErrOwnerDied, want 1", n)
	}
	rwClean(t, &m)
}

func TestRWMutexNotRecoverableReachesSleepers(t *testing.T) {
	var w world
	var m RWMutex
	a, b, c := w.join(), w.join(), w.join()
	mustLock(t, m.Lock(bg, a))
	w.kill(a)
	if err := m.RLock(bg, b); !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("RLock: %v, want ErrOwnerDied", err)
	}
	const each = 4
	got := make(chan error)
	for range each {
		go func() { got <- m.Lock(bg, b) }()
		go func() { got <- m.RLock(bg, c) }()
	}
	eventually(t, func() bool { return b.inLine(&m.word) == each && c.inLine(&m.gate) == each })
	m.Unlock(b)
	for range 2 * each {
		if err := <-got; !errors.Is(err, ErrNotRecoverable) {
			t.Errorf("a sleeper got %v, want ErrNotRecoverable", err)
		}
	}
}

// Whoever has taken a dead writer's mutex, and gives up before its readers have
// left, leaves the news of the death to the next.
func TestRWMutexGivesBackADeadWriters(t *testing.T) {
	var w world
	var m RWMutex
	a, b, c, d := w.join(), w.join(), w.join(), w.join()
	mustLock(t, m.RLock(bg, a))
	gone := make(chan error, 1)
	go func() { gone <- m.Lock(bg, b) }() // wakes with c, and touches nothing then
	eventually(t, func() bool { return b.sleepers() == 1 })
	b.dead.Store(true) // asleep for ever, as far as the others are concerned
	if ok, err := m.TryRLock(c); ok || err != nil {
		t.Errorf("TryRLock = %v, %v, want false, nil: a reader is in", ok, err)
	}
	ctx, cancel := context.WithTimeout(bg, time.Millisecond)
	defer cancel()
	if err := m.RLock(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("RLock: %v, want DeadlineExceeded", err)
	}
	got := make(chan error)
	go func() { got <- m.Lock(bg, d) }()
	eventually(t, func() bool { return m.Writer() == d.ID() && d.sleepers() == 1 })
	m.RUnlock(a)
	if err := <-got; !errors.Is(err, ErrOwnerDied) {
		t.Errorf("Lock: %v, want ErrOwnerDied", err)
	}
	m.MarkConsistent(d)
	m.Unlock(d)
	rwClean(t, &m)
	<-gone
}
