package engine

import "sync/atomic"

// Stats are counts since the engine was started.
type Stats struct {
	Jobs       uint64 // runs begun
	Partitions uint64 // partitions and tasks done
	Retries    uint64 // partitions and tasks offered again after their worker died
	Deaths     uint64 // workers that died
	Restarts   uint64 // workers started in the place of dead ones
	Copied     uint64 // bytes copied by Mapper.Slices into and out of the arena
}

type counters struct {
	jobs, partitions, retries, deaths, restarts, copied atomic.Uint64
}

// Stats returns the counts so far.
func (e *Engine) Stats() Stats {
	s := &e.stats
	n := s.partitions.Load()
	if p, ok := e.pool.(*processes); ok {
		p.mu.Lock()
		n = s.partitions.Load() + p.partitions()
		p.mu.Unlock()
	}
	if g, ok := e.pool.(*goroutines); ok {
		n += g.hands.tasks()
	}
	return Stats{
		Jobs: s.jobs.Load(), Partitions: n, Retries: s.retries.Load(),
		Deaths: s.deaths.Load(), Restarts: s.restarts.Load(), Copied: s.copied.Load(),
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
