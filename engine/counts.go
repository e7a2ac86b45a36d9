package engine

import (
	"context"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/ringbuf"
)

// What workers count of themselves. Each counts in lines of its own, so an add is a few
// nanoseconds; the clock is read only where there is nothing to do.

// epoch is what waits are measured from: a difference of two times since it is the
// cheapest reading of the monotonic clock.
var epoch = time.Now()

// done counts a partition.
func (s *workerStats) done(of *spec, rows int) {
	s.partitions.Add(1)
	s.rows.Add(uint64(rows))
	s.bytes.Add(uint64(rows) * of.plan.row)
}

// ran counts n tasks of a cell, with arguments and results of so many bytes.
func (s *workerStats) ran(n, bytes uint64, attempt int) {
	s.tasks.Add(n)
	s.bytes.Add(bytes)
	if attempt > 0 {
		s.again.Add(1)
	}
}

// rest begins a wait, which has begun for whoever reads that it rests; rose ends it.
func (s *workerStats) rest() (begin time.Duration) {
	begin = time.Since(epoch)
	s.resting.Store(1)
	return begin
}

// rose counts a wait that began at begin. A worker spins for spin.Window before it
// sleeps, or yields: what a wait lasts beyond that counts as parked.
func (s *workerStats) rose(begin time.Duration) {
	waited := time.Since(epoch) - begin
	s.resting.Store(0)
	s.waits.Add(1)
	s.spun.Add(uint64(min(waited, spin.Window)))
	if waited > spin.Window {
		s.parks.Add(1)
		s.parked.Add(uint64(waited - spin.Window))
	}
}

// moments is how often a worker looks at its ring before that counts as a wait: about
// as long as an answer of the coordinator takes. Two readings of the clock would be a
// tenth of that.
const moments = 8

// pop waits for a descriptor.
func (w *member) pop(ctx context.Context) (d descriptor, err error) {
	for range moments {
		if err = w.ring.TryPop(&d); err != ringbuf.ErrEmpty {
			return d, err
		}
		spin.Pause(1)
		spin.Checkpoint()
	}
	begin := w.self.rest()
	d, err = w.ring.Pop(ctx)
	w.self.rose(begin)
	return d, err
}
