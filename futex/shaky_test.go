package futex

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// shaky is a context of somebody else's, whose methods panic from the n-th call on. It
// can be cancelled, so that waiting asks it for everything that there is.
type shaky struct {
	context.Context
	calls  atomic.Int64
	n      int64
	before func() // the panic
}

var errShaky = errors.New("a context that panics")

func newShaky(t *testing.T, n int64) *shaky {
	ctx, cancel := context.WithCancel(bg)
	t.Cleanup(cancel)
	return &shaky{Context: ctx, n: n, before: func() {}}
}

func (c *shaky) use() {
	if c.calls.Add(1) == c.n {
		c.before()
		panic(errShaky)
	}
}

func (c *shaky) Err() error            { c.use(); return c.Context.Err() }
func (c *shaky) Done() <-chan struct{} { c.use(); return c.Context.Done() }

// panicOf calls f in a goroutine and says whether it panicked with errShaky.
func panicOf(f func()) <-chan bool {
	c := make(chan bool, 1)
	go func() {
		defer func() {
			p := recover()
			if p != nil && p != errShaky {
				panic(p)
			}
			c <- p != nil
		}()
		f()
	}()
	return c
}

// shakenOut runs wait with a context that panics at its n-th call, and has it look
// again and again until it has.
func shakenOut(t *testing.T, mb *fake, n int64, wait func(ctx context.Context)) {
	t.Helper()
	ctx := newShaky(t, n)
	out := panicOf(func() { wait(ctx) })
	eventually(t, func() bool {
		if len(out) == 0 {
			mb.Nudge()
		}
		return len(out) > 0
	})
	if !<-out {
		t.Errorf("n = %d: the wait has ended without a panic", n)
	}
	if k := mb.sleepers(); k != 0 {
		t.Errorf("n = %d: %d places are left", n, k)
	}
}

// shakes is how many calls of a context are tried: some turns of every wait.
const shakes = 12

// A goroutine whose context panics while it waits leaves nothing behind: the next one
// of its process is not in line behind nobody, and is woken.
func TestMutexContextPanics(t *testing.T) {
	for n := int64(1); n <= shakes; n++ {
		var w world
		var m Mutex
		a, b := w.join(), w.join()
		mustLock(t, m.Lock(bg, a))
		if n > 4 { // it is in line by then, and somebody comes to stand behind it
			ctx, behind := newShaky(t, n), (<-chan error)(nil)
			ctx.before = func() {
				behind = errorOf(func() error { return m.Lock(bg, b) })
				eventually(t, func() bool { return b.inLine(&m.word) == 2 })
			}
			out := panicOf(func() { _ = m.Lock(ctx, b) })
			eventually(t, func() bool { b.Nudge(); return len(out) > 0 })
			m.Unlock(a)
			if err := <-behind; err != nil {
				t.Fatal(err)
			}
			m.Unlock(b)
			mustLock(t, m.Lock(bg, a))
		} else {
			shakenOut(t, b, n, func(ctx context.Context) { _ = m.Lock(ctx, b) })
		}
		got := errorOf(func() error { return m.Lock(bg, b) })
		eventually(t, func() bool { return b.sleepers() == 1 })
		m.Unlock(a)
		if err := <-got; err != nil {
			t.Fatal(err)
		}
		m.Unlock(b)
	}
}

// A writer whose context panics while it waits for the readers gives the word back.
func TestRWMutexContextPanics(t *testing.T) {
	for n := int64(1); n <= shakes; n++ {
		var w world
		var m RWMutex
		a, b, c := w.join(), w.join(), w.join()
		mustLock(t, m.RLock(bg, a))
		shakenOut(t, b, n, func(ctx context.Context) { _ = m.Lock(ctx, b) })
		if id := m.Writer(); id != NoID {
			t.Fatalf("n = %d: member %#x has the mutex", n, id)
		}
		mustLock(t, m.RLock(bg, c))
		m.RUnlock(c)
		m.RUnlock(a)
		mustLock(t, m.Lock(bg, c))
		shakenOut(t, b, n, func(ctx context.Context) { _ = m.Lock(ctx, b) })
		shakenOut(t, b, n, func(ctx context.Context) { _ = m.RLock(ctx, b) })
		m.Unlock(c)
		mustLock(t, m.Lock(bg, a))
		m.Unlock(a)
	}
}

// A party whose context panics has broken the round that it had come to.
func TestBarrierContextPanics(t *testing.T) {
	for n := int64(1); n <= shakes; n++ {
		var w world
		var b Barrier
		mustInit(t, &b, 2)
		mb, other := w.join(), w.join()
		shakenOut(t, mb, n, func(ctx context.Context) { _, _ = b.Wait(ctx, mb) })
		if _, err := b.Wait(bg, other); !errors.Is(err, ErrBroken) {
			t.Errorf("n = %d: Wait of the other party: %v, want ErrBroken", n, err)
		}
	}
}

// A goroutine whose context panics in Cond.Wait has the mutex again and is counted no
// more.
func TestCondContextPanics(t *testing.T) {
	for n := int64(1); n <= shakes; n++ {
		r := condRig{t: t}
		b, other := r.w.join(), r.w.join()
		shakenOut(t, b, n, func(ctx context.Context) {
			r.lock(b)
			defer r.m.Unlock(b) // panics if b does not hold it
			_ = r.c.Wait(ctx, &r.m, b)
		})
		if k := r.c.Waiting(); k != 0 {
			t.Fatalf("n = %d: %d are counted as waiting", n, k)
		}
		got := make(chan error, 1)
		r.wait(bg, other, got)
		r.notify(b, 1)
		if err := <-got; err != nil {
			t.Fatal(err)
		}
	}
}

// A notify for a goroutine whose context panics then is somebody else's.
func TestCondContextPanicsNotified(t *testing.T) {
	r := condRig{t: t}
	a, b, c := r.w.join(), r.w.join(), r.w.join()
	got := make(chan error, 1)
	ctx := newShaky(t, 2) // the first call is before anything was done
	ctx.before = func() {
		r.notify(a, 1)
		r.wait(bg, c, got)
		eventually(t, func() bool { return c.sleepers() == 1 })
	}
	out := panicOf(func() {
		r.lock(b)
		defer r.m.Unlock(b)
		_ = r.c.Wait(ctx, &r.m, b)
	})
	if !<-out {
		t.Fatal("Wait has ended without a panic")
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	if k := r.c.Waiting(); k != 0 {
		t.Errorf("%d are counted as waiting", k)
	}
}

// The other things that are waited for have no state but the place.
func TestContextPanicsElsewhere(t *testing.T) {
	for n := int64(1); n <= shakes; n++ {
		var w world
		a, b := w.join(), w.join()
		var e Event
		shakenOut(t, b, n, func(ctx context.Context) { _ = e.Wait(ctx, b) })
		var l Latch
		mustLock(t, l.Add(1))
		shakenOut(t, b, n, func(ctx context.Context) { _ = l.Wait(ctx, b) })
		var s Semaphore
		shakenOut(t, b, n, func(ctx context.Context) { _ = s.Acquire(ctx, b) })
		var o Once
		running, end := make(chan bool), make(chan bool)
		first := errorOf(func() error { return o.Do(bg, a, func() error { close(running); <-end; return nil }) })
		<-running
		shakenOut(t, b, n, func(ctx context.Context) { _ = o.Do(ctx, b, func() error { return nil }) })
		close(end)
		if err := <-first; err != nil {
			t.Fatal(err)
		}
	}
}
