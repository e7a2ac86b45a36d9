package futex

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
)

func TestRMutexCountsExactly(t *testing.T) {
	var (
		w     world
		m     RMutex
		count int
		wg    sync.WaitGroup
	)
	const members, goroutines, rounds = 2, 3, 500
	for range members {
		mb := w.join()
		for range goroutines {
			h := NewHolder(mb)
			wg.Go(func() {
				for i := range rounds {
					for range 1 + i%3 {
						mustLock(t, m.Lock(bg, h))
					}
					count++
					for range 1 + i%3 {
						m.Unlock(h)
					}
				}
			})
		}
	}
	wg.Wait()
	if want := members * goroutines * rounds; count != want {
		t.Errorf("counted %d, want %d", count, want)
	}
	if m.mutex.word.Load() != 0 || m.depth.Load() != 0 || m.holder.Load() != 0 {
		t.Error("the mutex is not free at the end")
	}
}

// n Lock calls need n Unlock calls, and nobody else gets it before the last one:
// neither another member nor another holder of the same.
func TestRMutexNeedsAsManyUnlocks(t *testing.T) {
	var w world
	var m RMutex
	a, b := w.join(), w.join()
	h, others := NewHolder(a), []*Holder{NewHolder(a), NewHolder(b)}
	const n = 5
	for i := range n {
		if d := m.Depth(h); d != i {
			t.Errorf("Depth() = %d, want %d", d, i)
		}
		if i%2 == 0 {
			mustLock(t, m.Lock(bg, h))
		} else if ok, err := m.TryLock(h); !ok || err != nil {
			t.Errorf("TryLock by the holder = %v, %v", ok, err)
		}
	}
	done, cancel := context.WithCancel(bg)
	cancel()
	for range n {
		for _, o := range others {
			if ok, err := m.TryLock(o); ok || err != nil {
				t.Errorf("TryLock by another holder = %v, %v", ok, err)
			}
			if err := m.Lock(done, o); !errors.Is(err, context.Canceled) {
				t.Errorf("Lock by another holder: %v, want Canceled", err)
			}
			mustPanic(t, "Unlock by another holder", func() { m.Unlock(o) })
			mustPanic(t, "MarkConsistent by another holder", func() { m.MarkConsistent(o) })
		}
		m.Unlock(h)
	}
	mustPanic(t, "one Unlock too many", func() { m.Unlock(h) })
	if ok, err := m.TryLock(others[1]); !ok || err != nil {
		t.Errorf("TryLock after the last Unlock = %v, %v", ok, err)
	}
}

func TestRMutexOverflow(t *testing.T) {
	var w world
	var m RMutex
	h := NewHolder(w.join())
	mustLock(t, m.Lock(bg, h))
	m.depth.Store(math.MaxUint32)
	if err := m.Lock(bg, h); !errors.Is(err, ErrOverflow) {
		t.Errorf("Lock beyond what can be counted: %v, want ErrOverflow", err)
	}
	if ok, err := m.TryLock(h); ok || !errors.Is(err, ErrOverflow) {
		t.Errorf("TryLock beyond what can be counted = %v, %v", ok, err)
	}
	if m.Depth(h) != 1<<32 {
		t.Errorf("Depth() = %d after it", m.Depth(h))
	}
	m.Unlock(h)
	mustLock(t, m.Lock(bg, h))
}

// A dead holder's depth is not the next one's, and a holder of another process
// with the dead one's number does not take itself for it.
func TestRMutexOwnerDied(t *testing.T) {
	var w world
	var m RMutex
	a, b := w.join(), w.join()
	h := NewHolder(a)
	twin := &Holder{b, h.name&^idMask | uint64(b.ID())}
	for range 3 {
		mustLock(t, m.Lock(bg, h))
	}
	w.kill(a)
	if m.Depth(twin) != 0 {
		t.Error("the twin holds the dead one's mutex")
	}
	if err := m.Lock(bg, twin); !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("Lock: %v, want ErrOwnerDied", err)
	}
	mustLock(t, m.Lock(bg, twin))
	m.MarkConsistent(twin)
	m.Unlock(twin)
	m.Unlock(twin)
	mustLock(t, m.Lock(bg, twin))
	w.kill(b)
	last := NewHolder(w.join())
	if ok, err := m.TryLock(last); !ok || !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("TryLock = %v, %v, want true, ErrOwnerDied", ok, err)
	}
	m.Unlock(last)
	if err := m.Lock(bg, last); !errors.Is(err, ErrNotRecoverable) {
		t.Errorf("Lock: %v, want ErrNotRecoverable", err)
	}
	mustPanic(t, "Unlock of a lost mutex", func() { m.Unlock(last) })
}

// Whatever a peer has written into the words, each call ends.
func TestRMutexHostileWords(t *testing.T) {
	var w world
	mb := w.join()
	h := NewHolder(mb)
	done, cancel := context.WithCancel(bg)
	cancel()
	for _, word := range []uint32{0, 1, uint32(mb.ID()), notRecoverable, 1<<32 - 1, uint32(mb.ID()) | deadFlag} {
		for _, holder := range []uint64{0, 1, h.name, 1<<64 - 1} {
			for _, depth := range []uint32{0, 1, math.MaxUint32} {
				var m RMutex
				m.mutex.word.Store(word)
				m.holder.Store(holder)
				m.depth.Store(depth)
				for _, f := range []func(){
					func() { _ = m.Lock(done, h) }, func() { _, _ = m.TryLock(h) },
					func() { m.MarkConsistent(h) }, func() { m.Unlock(h) }, func() { m.Unlock(h) },
				} {
					func() {
						defer func() { _ = recover() }()
						f()
					}()
				}
			}
		}
	}
}
