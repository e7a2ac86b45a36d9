package futex_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
)

// A pair of RLock and RUnlock, and of Lock and Unlock, that nobody contends,
// beside those of sync.RWMutex.
func BenchmarkRWUncontended(b *testing.B) {
	s := newSegment(b)
	m := s.join(b)
	mu, h, std := s.rw(), s.rw().As(m), new(sync.RWMutex)
	for _, c := range []struct {
		name         string
		lock, unlock func()
	}{
		{"read/futex.RWMutex", func() { _ = mu.RLock(bg, m) }, func() { mu.RUnlock(m) }},
		{"read/futex.RWHandle", func() { _ = h.RLock(bg) }, func() { h.RUnlock() }},
		{"read/sync.RWMutex", std.RLock, std.RUnlock},
		{"write/futex.RWMutex", func() { _ = mu.Lock(bg, m) }, func() { mu.Unlock(m) }},
		{"write/sync.RWMutex", std.Lock, std.Unlock},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.lock()
				c.unlock()
			}
		})
	}
}

// rwReader read-locks and unlocks until it is killed, and counts its pairs, on a
// line of its own.
var rwReader = reexec.Register("rwReader", func(c *reexec.Child) {
	s := attach(c)
	h := s.rw().As(s.join(c))
	c.Say("ready")
	for {
		_ = h.RLock(bg)
		h.RUnlock()
		s.word(2).Add(1)
	}
})

// Pairs of RLock and RUnlock of this process: alone, beside another process that
// reads all the time, and beside a goroutine of its own on a sync.RWMutex.
func BenchmarkRWReaders(b *testing.B) {
	read := func(b *testing.B, h futex.RWHandle) {
		for b.Loop() {
			_ = h.RLock(bg)
			h.RUnlock()
		}
	}
	b.Run("one process", func(b *testing.B) {
		s := newSegment(b)
		read(b, s.rw().As(s.join(b)))
	})
	b.Run("two processes", func(b *testing.B) {
		s := newSegment(b)
		h := s.rw().As(s.join(b))
		p := reexec.Start(b, rwReader, reexec.Options{Files: s.files()})
		p.Expect("ready")
		before := s.word(2).Load()
		read(b, h)
		b.ReportMetric(float64(s.word(2).Load()-before)/float64(b.Elapsed().Nanoseconds())*1e3, "other-Mpairs/s")
		p.Kill()
	})
	b.Run("two goroutines/sync.RWMutex", benchmarkStdReaders)
}

func benchmarkStdReaders(b *testing.B) {
	var mu sync.RWMutex
	var stop atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for !stop.Load() {
			mu.RLock()
			mu.RUnlock() //lint:ignore SA2001 the pair is what is measured
		}
	})
	for b.Loop() {
		mu.RLock()
		mu.RUnlock() //lint:ignore SA2001 the pair is what is measured
	}
	stop.Store(true)
	wg.Wait()
}
