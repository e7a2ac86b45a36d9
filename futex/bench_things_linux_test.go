package futex_test

import (
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/race"
)

// uncontended are the operations of things that nobody else uses, each with what
// undoes it.
func uncontended(tb testing.TB) map[string]func() {
	s := newSegment(tb)
	m := s.join(tb)
	plain, tracked := view[futex.Semaphore](s.region[s.lineAt(0):]), s.semaphore()
	for sem, opt := range map[*futex.Semaphore]futex.SemaphoreOptions{plain: {Value: 2}, tracked: {Value: 2, Track: true}} {
		if err := sem.Init(opt); err != nil {
			tb.Fatal(err)
		}
	}
	permits := s.permits(tb, nPermits)
	event, latch, once := s.event(20), s.latch(20), s.once(20)
	_ = once.Do(bg, m, func() error { return nil })
	return map[string]func(){
		"Semaphore":         func() { _ = plain.Acquire(bg, m); _ = plain.Release(m, 1) },
		"Semaphore tracked": func() { _ = tracked.Acquire(bg, m); _ = tracked.Release(m, 1) },
		"Permits":           func() { p, _ := permits.Acquire(bg, m); permits.Release(m, p.Index) },
		"Event":             func() { event.Set(); _ = event.Wait(bg, m); event.Clear() },
		"Latch":             func() { _ = latch.Add(1); latch.CountDown(1); _ = latch.Wait(bg, m) },
		"Once done":         func() { _ = once.Do(bg, m, nil) },
	}
}

func BenchmarkUncontendedThings(b *testing.B) {
	for name, op := range uncontended(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				op()
			}
		})
	}
}

func TestUncontendedThingsDoNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for name, op := range uncontended(t) {
		op() // a line in the books, a hint
		if got := testing.AllocsPerRun(1000, op); got != 0 {
			t.Errorf("%s: %v allocations, want 0", name, got)
		}
	}
}
