package futex

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

func TestRWMutexRoomForMembers(t *testing.T) {
	var w world
	var m RWMutex
	var all []*fake
	for range memberCells + 1 {
		all = append(all, w.join())
	}
	last := all[memberCells]
	for _, mb := range all[:memberCells] {
		mustLock(t, m.RLock(bg, mb))
	}
	if err := m.RLock(bg, last); !errors.Is(err, ErrFull) {
		t.Fatalf("RLock of member 65: %v, want ErrFull", err)
	}
	if ok, err := m.TryRLock(last); ok || !errors.Is(err, ErrFull) {
		t.Fatalf("TryRLock of member 65 = %v, %v, want false, ErrFull", ok, err)
	}
	m.RUnlock(all[7]) // its cell is idle
	mustLock(t, m.RLock(bg, last))
	if err := m.RLock(bg, all[7]); !errors.Is(err, ErrFull) {
		t.Fatalf("RLock without a cell: %v, want ErrFull", err)
	}
	w.kill(all[9]) // a dead reader's cell is to be had
	mustLock(t, m.RLock(bg, all[7]))
	for i, mb := range all {
		if i != 9 {
			m.RUnlock(mb)
		}
	}
	mustLock(t, m.Lock(bg, last))
	m.Unlock(last)
	rwClean(t, &m)
}

// Two members whose search begins at the same cell.
func TestRWMutexSameHome(t *testing.T) {
	var w world
	var m RWMutex
	var all []*fake
	for range memberCells + 1 {
		all = append(all, w.join())
	}
	a, b := all[0], all[memberCells]
	ha, hb := m.As(a), m.As(b)
	if ha.cell == hb.cell {
		t.Fatal("two handles share a cell")
	}
	mustLock(t, ha.RLock(bg))
	mustLock(t, hb.RLock(bg))
	mustLock(t, m.RLock(bg, b))
	if n := m.used.Load(); n != 3 {
		t.Errorf("used is %#b, want the first two", n)
	}
	hb.RUnlock()
	ha.RUnlock()
	if ok, err := ha.TryLock(); ok || err != nil {
		t.Errorf("TryLock beside a reader in a cell that is not its home = %v, %v", ok, err)
	}
	m.RUnlock(b)
	mustLock(t, ha.Lock(bg))
	ha.Unlock()
	rwClean(t, &m)
}

func TestRWMutexReadersOverflow(t *testing.T) {
	var w world
	var m RWMutex
	a := w.join()
	mustLock(t, m.RLock(bg, a))
	full := cellOf(a.ID(), maxReaders)
	m.held(0).Store(full)
	if err := m.RLock(bg, a); !errors.Is(err, ErrOverflow) {
		t.Errorf("RLock beyond what can be counted: %v, want ErrOverflow", err)
	}
	if v := m.held(0).Load(); v != full {
		t.Errorf("the cell is %#x after it, want %#x", v, full)
	}
	m.RUnlock(a)
	mustLock(t, m.RLock(bg, a))
}

func TestRWMutexMisusePanics(t *testing.T) {
	var w world
	var m RWMutex
	a, b := w.join(), w.join()
	ha := m.As(a)
	unlocks := func(mb *fake) {
		h := m.As(mb)
		mustPanic(t, "RUnlock without a read lock", func() { m.RUnlock(mb) })
		mustPanic(t, "RUnlock by handle without a read lock", h.RUnlock)
		mustPanic(t, "Unlock without the lock", func() { m.Unlock(mb) })
		mustPanic(t, "Unlock by handle without the lock", h.Unlock)
		mustPanic(t, "MarkConsistent without the lock", h.MarkConsistent)
	}
	unlocks(a)
	mustLock(t, ha.RLock(bg))
	unlocks(b)
	mustPanic(t, "Unlock of a read lock", ha.Unlock)
	ha.RUnlock()
	mustLock(t, ha.Lock(bg))
	mustPanic(t, "RUnlock of a write lock", ha.RUnlock)
	unlocks(b)
	ha.MarkConsistent() // nothing to mark
	ha.Unlock()
	rwClean(t, &m)
}

// Whatever a peer has written into the words, each call ends, by panic at worst.
func TestRWMutexHostileWords(t *testing.T) {
	var w world
	a, b := w.join(), w.join()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	ids := []uint32{0, 1, uint32(a.ID()), uint32(b.ID()), uint32(b.ID()) + 1, readersTurn, notRecoverable, 1<<32 - 1}
	word := func() uint32 { return ids[rng.IntN(len(ids))] | rng.Uint32()&^idMask }
	for range 300 {
		var m RWMutex
		m.word.Store(word())
		m.gate.Store(rng.Uint32())
		m.drain.Store(rng.Uint32())
		m.used.Store(rng.Uint64())
		for i := range memberCells {
			m.held(i).Store(uint64(word())<<32 | uint64(rng.Uint32N(3))*(1<<31-1))
			m.waited(i).Store(uint64(word())<<32 | uint64(rng.Uint32N(3))*(1<<31-1))
		}
		ctx, cancel := context.WithTimeout(bg, 200*time.Microsecond)
		for _, f := range []func(){
			func() { _ = m.RLock(ctx, a) }, func() { _ = m.Lock(ctx, a) },
			func() { _, _ = m.TryRLock(a) }, func() { _, _ = m.TryLock(a) },
			func() { m.RUnlock(a) }, func() { m.MarkConsistent(a) }, func() { m.Unlock(a) },
			func() { m.As(a) }, func() { m.Writer() },
		} {
			func() {
				defer func() { _ = recover() }()
				f()
			}()
		}
		cancel()
	}
}

// A reader that finds a writer after it has counted itself takes that back, and
// tells the writer.
func TestRWMutexEnterLooksAgain(t *testing.T) {
	var w world
	var m RWMutex
	a, b := w.join(), w.join()
	mustLock(t, m.Lock(bg, a))
	arm(&m.drain)
	if in, err := m.enter(b); in || err != nil {
		t.Errorf("enter beside a writer = %v, %v, want false, nil", in, err)
	}
	if m.counted() {
		t.Error("a reader is counted that is not in")
	}
	if m.drain.Load()&bellArmed != 0 {
		t.Error("the writer was not told")
	}
	m.Unlock(a)
}
