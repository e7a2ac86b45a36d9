package engine

import (
	"fmt"
	"sync/atomic"
	"time"
)

// Stats are counts since the engine was started. Those of workers that died stay in
// them; what a worker did in its last moments may be missing.
type Stats struct {
	Jobs       uint64 `json:"jobs"`       // runs begun
	Partitions uint64 `json:"partitions"` // of jobs, done
	Tasks      uint64 `json:"tasks"`      // done
	Rows       uint64 `json:"rows"`       // of the partitions done
	Bytes      uint64 `json:"bytes"`      // of columns in those rows, and of arguments and results of those tasks
	Failures   uint64 `json:"failures"`   // partitions and tasks that ended in an error or a panic
	Retries    uint64 `json:"retries"`    // partitions and tasks offered again after their worker died
	Deaths     uint64 `json:"deaths"`     // workers that died
	Restarts   uint64 `json:"restarts"`   // workers started in the place of dead ones
	Copied     uint64 `json:"copied"`     // bytes copied by Mapper.Slices into and out of the arena
}

// counters are what the coordinator counts.
type counters struct {
	jobs, retries, deaths, restarts, copied atomic.Uint64

	started time.Time
	last    Stats       // of workers and helpers, as they were at the end; guarded by processes.mu
	helper  WorkerStats // the same, of helpers
}

// Stats returns the counts so far: a few loads for each worker. They are taken one
// after the other while work goes on.
func (e *Engine) Stats() Stats {
	c := &e.stats
	s := e.counts()
	s.Jobs, s.Copied = c.jobs.Load(), c.copied.Load()
	s.Retries, s.Deaths, s.Restarts = c.retries.Load(), c.deaths.Load(), c.restarts.Load()
	return s
}

// counts sums what the workers have counted.
func (e *Engine) counts() (s Stats) {
	switch p := e.pool.(type) {
	case *processes:
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.counts()
	case *goroutines:
		for _, one := range p.hands.all {
			s.add(&one.slot.workerStats)
		}
	}
	return s
}

// counts is Engine.counts.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) counts() (s Stats) {
	if p.closed {
		return p.e.stats.last
	}
	for i := range p.workers {
		s.add(&p.control.worker[i].workerStats)
	}
	s.add(&p.control.helped)
	return s
}

// add adds what a worker has counted.
func (s *Stats) add(w *workerStats) {
	s.Partitions += w.partitions.Load()
	s.Tasks += w.tasks.Load()
	s.Rows += w.rows.Load()
	s.Bytes += w.bytes.Load()
	s.Failures += w.failed.Load()
}

// mirror is processes.mirror, where there are any.
func (e *Engine) mirror() {
	if p, ok := e.pool.(*processes); ok {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.mirror()
	}
}

// mirror shows whoever looks on from outside what the coordinator has counted.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) mirror() {
	if p.closed {
		return
	}
	c, t := &p.e.stats, &p.control.totals
	show(&t.jobs, &c.jobs)
	show(&t.retries, &c.retries)
	show(&t.deaths, &c.deaths)
	show(&t.restarts, &c.restarts)
	show(&t.copied, &c.copied)
}

// show stores a count, if it is another: an unchanged line stays with its readers.
func show(to, from *atomic.Uint64) {
	if n := from.Load(); to.Load() != n {
		to.Store(n)
	}
}

// WorkerPIDs returns the process ids of the live workers; none in goroutine mode.
func (e *Engine) WorkerPIDs() []int { return e.pids(false) }

// Running returns the process ids of the workers that are inside a partition
// at this moment; none in goroutine mode.
func (e *Engine) Running() []int { return e.pids(true) }

func (e *Engine) pids(running bool) []int {
	if p, ok := e.pool.(*processes); ok {
		return p.pids(running)
	}
	return nil
}

// String is s in one line.
func (s Stats) String() string {
	return fmt.Sprintf("%d jobs, %d partitions, %d tasks, %d rows, %d bytes, %d failures, %d retries, %d deaths, %d restarts",
		s.Jobs, s.Partitions, s.Tasks, s.Rows, s.Bytes, s.Failures, s.Retries, s.Deaths, s.Restarts)
}
