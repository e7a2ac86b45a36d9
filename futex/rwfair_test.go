package futex

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// Readers that come after a writer do not keep it out: they overlap without end,
// and the writer gets in as soon as those who were in before it have left.
func TestRWMutexWriterIsNotStarved(t *testing.T) {
	var w world
	var m RWMutex
	a, b, c := w.join(), w.join(), w.join()
	for range 100 {
		mustLock(t, m.RLock(bg, a))
		in := make(chan error)
		go func() { in <- m.Lock(bg, b) }()
		eventually(t, func() bool { return m.Writer() == b.ID() })
		if ok, err := m.TryRLock(c); ok || err != nil {
			t.Fatalf("TryRLock while a writer waits = %v, %v", ok, err)
		}
		late := make(chan error)
		go func() { late <- m.RLock(bg, c) }() // overlaps with a's
		eventually(t, m.marked)
		m.RUnlock(a)
		mustLock(t, <-in)
		select {
		case <-late:
			t.Fatal("a later reader is in beside the writer")
		default:
		}
		m.Unlock(b)
		mustLock(t, <-late)
		m.RUnlock(c)
	}
	rwClean(t, &m)
}

// Readers that wait get in before a writer that waits as long.
func TestRWMutexReadersTurn(t *testing.T) {
	var w world
	var m RWMutex
	a, b, c := w.join(), w.join(), w.join()
	const readers = 5
	for range 50 {
		mustLock(t, m.Lock(bg, a))
		writer, reader := make(chan error, 1), make(chan error)
		go func() { writer <- m.Lock(bg, b) }()
		eventually(t, func() bool { return b.inLine(&m.word) == 1 })
		for range readers {
			go func() { reader <- m.RLock(bg, c) }()
		}
		eventually(t, func() bool { return c.inLine(&m.gate) == readers })
		m.Unlock(a)
		for range readers {
			mustLock(t, <-reader)
		}
		select {
		case <-writer:
			t.Fatal("the writer is in beside the readers, or was before them")
		default:
		}
		for range readers {
			m.RUnlock(c)
		}
		mustLock(t, <-writer)
		m.Unlock(b)
	}
	rwClean(t, &m)
}

// A stream of writers lets a reader in after two of them at most: the one that
// is in when it begins to wait, and one that came while that one left.
func TestRWMutexReaderIsNotStarved(t *testing.T) {
	var w world
	var m RWMutex
	var locks, began atomic.Uint64 // began: {round:32, locks:32} when the reader was seen to wait
	var round atomic.Uint64        // odd while the reader reads
	stop, halt := context.WithCancel(bg)
	var others sync.WaitGroup
	write := func(mb Member) {
		for stop.Err() == nil {
			mustLock(t, m.Lock(bg, mb))
			locks.Add(1)
			runtime.Gosched()
			m.Unlock(mb)
		}
	}
	for range 3 {
		mb := w.join()
		others.Go(func() { write(mb) })
	}
	others.Go(func() {
		for ; stop.Err() == nil; runtime.Gosched() {
			noteWait(&m, &round, &locks, &began)
		}
	})
	reader := w.join()
	for seen := 0; seen < 300; runtime.Gosched() {
		passed, ok := readCounting(t, &m, reader, &round, &locks, &began)
		if !ok {
			continue
		}
		seen++
		if passed > 2 {
			t.Errorf("%d writers were in after the reader began to wait", passed)
		}
	}
	halt()
	others.Wait()
	rwClean(t, &m)
}

// noteWait notes in began how many locks there were when the reader was seen to
// wait in this round.
func noteWait(m *RWMutex, round, locks, began *atomic.Uint64) {
	r := round.Load()
	waits, n := m.marked(), locks.Load()
	if r%2 == 1 && waits && round.Load() == r && began.Load()>>32 != r {
		began.Store(r<<32 | n)
	}
}

// readCounting reads once, and returns how many locks there were since it was
// seen to wait, if it was.
func readCounting(t *testing.T, m *RWMutex, mb Member, round, locks, began *atomic.Uint64) (uint64, bool) {
	r := round.Add(1)
	mustLock(t, m.RLock(bg, mb))
	now := locks.Load()
	m.RUnlock(mb)
	round.Add(1)
	b := began.Load()
	return now - b&(1<<32-1), b>>32 == r
}
