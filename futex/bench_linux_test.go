package futex_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
)

// An uncontended pair, beside that of sync.Mutex.
func BenchmarkUncontended(b *testing.B) {
	b.Run("futex.Mutex", func(b *testing.B) {
		s := newSegment(b)
		m := s.join(b)
		mu := s.mutex(0)
		b.ReportAllocs()
		for b.Loop() {
			_ = mu.Lock(bg, m)
			mu.Unlock(m)
		}
	})
	b.Run("futex.Mutex by interface", func(b *testing.B) {
		s := newSegment(b)
		var m futex.Member = s.join(b)
		mu := s.mutex(0)
		b.ReportAllocs()
		for b.Loop() {
			_ = mu.Lock(bg, m)
			mu.Unlock(m)
		}
	})
	b.Run("futex.Handle", func(b *testing.B) {
		s := newSegment(b)
		mu := s.mutex(0).As(s.join(b))
		b.ReportAllocs()
		for b.Loop() {
			_ = mu.Lock(bg)
			mu.Unlock()
		}
	})
	b.Run("sync.Mutex", func(b *testing.B) {
		mu := new(sync.Mutex)
		b.ReportAllocs()
		for b.Loop() {
			mu.Lock()
			mu.Unlock() //lint:ignore SA2001 the pair is what is measured
		}
	})
}

// Goroutines of one process, with a few nanoseconds under the lock.
func BenchmarkContendedGoroutines(b *testing.B) {
	b.Run("futex.Mutex", func(b *testing.B) {
		s := newSegment(b)
		m := s.join(b)
		mu := s.mutex(0)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_ = mu.Lock(bg, m)
				*s.counter(0)++
				mu.Unlock(m)
				think()
			}
		})
	})
	b.Run("sync.Mutex", func(b *testing.B) {
		mu := new(sync.Mutex)
		n := 0
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				mu.Lock()
				n++
				mu.Unlock()
				think()
			}
		})
	})
}

// think takes about 100 ns.
//
//go:noinline
func think() {
	for i := range 100 {
		sink += i
	}
}

var sink int

// contender locks and unlocks mutex 0 until it is killed.
var contender = reexec.Register("contender", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	c.Say("ready")
	for {
		_ = s.mutex(0).Lock(bg, m)
		*s.counter(0)++
		s.mutex(0).Unlock(m)
		think()
	}
})

// Two processes, with about 100 ns between a process's pairs: pairs of both.
func BenchmarkContendedProcesses(b *testing.B) {
	s := newSegment(b)
	m := s.join(b)
	p := reexec.Start(b, contender, reexec.Options{Files: s.files()})
	p.Expect("ready")
	before := *s.counter(0)
	for b.Loop() {
		_ = s.mutex(0).Lock(bg, m)
		*s.counter(0)++
		s.mutex(0).Unlock(m)
		think()
	}
	b.ReportMetric(float64(*s.counter(0)-before)/b.Elapsed().Seconds()/1e6, "Mpairs/s")
	p.Kill()
}

// A wake of nobody.
func BenchmarkWakeNobody(b *testing.B) {
	s := newSegment(b)
	for b.Loop() {
		_, _ = futex.Wake(s.word(0), 1)
	}
}

// kill -9 of an owner until a waiter asleep in this process has the mutex.
func BenchmarkOwnerKilled(b *testing.B) {
	s := newSegment(b)
	m := s.join(b)
	var took []time.Duration
	for b.Loop() {
		p := reexec.Start(b, holder, reexec.Options{Files: s.files(), Arm: []string{"held"}, Args: []string{"1"}})
		p.WaitAt("held")
		got := make(chan time.Time)
		go func() {
			_ = lockAndHeal(s.mutex(0), m)
			at := time.Now()
			s.mutex(0).Unlock(m)
			got <- at
		}()
		eventually(func() bool { return s.asleep(m, 0) == 1 })
		begin := time.Now()
		sendKill(b, p.PID())
		took = append(took, (<-got).Sub(begin))
		p.Kill()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "median-us")
	b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-us")
}
