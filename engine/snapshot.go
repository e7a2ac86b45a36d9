package engine

import (
	"encoding/json"
	"os"
	"time"

	"github.com/shmengine/shmengine/internal/procstat"
)

// A WorkerState says what a worker was at.
type WorkerState string

// A worker that is none of gone, starting and running looks for work, and rests when
// it found none: it spins for a moment, then sleeps.
const (
	WorkerGone     WorkerState = "gone" // it has no process
	WorkerStarting WorkerState = "starting"
	WorkerRunning  WorkerState = "running" // in a partition or task
	WorkerLooking  WorkerState = "looking"
	WorkerResting  WorkerState = "resting"
)

// Usage is what the kernel knows of a process: memory in bytes, faults and switches,
// CPU time.
type Usage = procstat.Usage

// WorkerStats are what the workers of one index have done, one after the other, since
// the engine was started.
type WorkerStats struct {
	Worker int         `json:"worker"`
	State  WorkerState `json:"state"`

	Partitions uint64 `json:"partitions"` // of jobs, done
	Tasks      uint64 `json:"tasks"`      // done
	Rows       uint64 `json:"rows"`       // of those partitions
	Bytes      uint64 `json:"bytes"`      // of columns in those rows, and of arguments and results of those tasks
	Retries    uint64 `json:"retries"`    // partitions and tasks begun again that were another's, who died
	Failures   uint64 `json:"failures"`   // partitions and tasks that ended in an error or a panic

	// Waits are the times that there was nothing to do, Parks those that lasted longer
	// than a worker spins. A wait under way is not in them; a goroutine's are not counted.
	Waits  uint64        `json:"waits"`
	Parks  uint64        `json:"parks"`
	Spun   time.Duration `json:"spun_ns"`   // of waits, what they took as long as a worker spins or yields
	Parked time.Duration `json:"parked_ns"` // and after that

	// Usage is of the process that the worker has now; zero if it has none, or in
	// goroutine mode.
	Usage Usage `json:"usage"`
}

// A Snapshot is what an engine and its workers have done, and what they use, at one
// moment. It is put together while work goes on: figures may differ by what was done
// between two of them.
type Snapshot struct {
	Stats
	Name        string        `json:"name"` // Config.Name
	At          time.Time     `json:"at"`
	Started     time.Time     `json:"started"`
	Coordinator Usage         `json:"coordinator"`
	Workers     []WorkerStats `json:"workers"`
	// Helper is what the coordinator has done itself, with Config.Help, of partitions and
	// tasks. It has no state, waits for nothing, and its process is Coordinator's; Worker is -1.
	Helper WorkerStats `json:"helper"`
}

// Snapshot looks at the engine and at its workers. pss asks for Usage.PSS, for which the
// kernel walks the page tables of each process: some milliseconds each, more with
// gigabytes in memory. Otherwise it takes about half a millisecond a process, in /proc.
// After Close it has the last counts.
func (e *Engine) Snapshot(pss bool) Snapshot {
	s := Snapshot{Stats: e.Stats(), Name: e.cfg.Name, At: time.Now(), Started: e.stats.started}
	s.Coordinator, _ = procstat.Of(os.Getpid(), pss) // zero where there is no /proc
	s.Workers, s.Helper = e.workers()
	for i := range s.Workers {
		s.Workers[i].use(pss)
	}
	return s
}

// workers returns what the workers have counted, and their process ids, and what helpers
// have.
func (e *Engine) workers() (all []WorkerStats, helper WorkerStats) {
	switch p := e.pool.(type) {
	case *processes:
		return p.workerStats()
	case *goroutines:
		for i, one := range p.hands.all[:e.Workers()] {
			all = append(all, one.slot.seen(i))
		}
	}
	return all, WorkerStats{Worker: helperIndex}
}

// helperIndex is WorkerStats.Worker of those who help.
const helperIndex = -1

// workerStats is Engine.workers; none of workers once the control arena is gone.
func (p *processes) workerStats() (all []WorkerStats, helper WorkerStats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, p.e.stats.helper
	}
	for i, w := range p.workers {
		s := p.control.worker[i].seen(i)
		if w.failure != nil || !w.proc.Alive() {
			s.State = WorkerGone
		} else {
			s.Usage.PID = w.proc.PID()
		}
		all = append(all, s)
	}
	return all, p.control.helped.seen(helperIndex)
}

// seen is what these counts are, as those of worker i.
func (s *workerStats) seen(i int) WorkerStats {
	return WorkerStats{
		Worker: i, Partitions: s.partitions.Load(), Tasks: s.tasks.Load(), Rows: s.rows.Load(), Bytes: s.bytes.Load(),
		Retries: s.again.Load(), Failures: s.failed.Load(),
		Waits: s.waits.Load(), Parks: s.parks.Load(), Spun: nanos(s.spun.Load()), Parked: nanos(s.parked.Load()),
	}
}

// seen is what the slot of worker i says.
func (s *workerSlot) seen(i int) WorkerStats {
	w := s.workerStats.seen(i)
	w.State = WorkerLooking
	switch {
	case s.state.Load() != stateReady:
		w.State = WorkerStarting
	case s.running.Load()&1 != 0:
		w.State = WorkerRunning
	case s.resting.Load() != 0:
		w.State = WorkerResting
	}
	return w
}

// nanos is a duration that somebody else has stored.
func nanos(n uint64) time.Duration { return time.Duration(min(n, 1<<63-1)) }

// use looks at the process whose id is there.
func (w *WorkerStats) use(pss bool) {
	if pid := w.Usage.PID; pid > 0 {
		if w.Usage, _ = procstat.Of(pid, pss); w.Usage.PID == 0 {
			w.State = WorkerGone // it ended meanwhile
		}
	}
}

// A Var is an engine as a variable for package expvar:
//
//	expvar.Publish("engine", e.Var())
type Var struct{ e *Engine }

// Var returns e as a variable: a [Snapshot] without PSS, in JSON, each time it is asked
// for. It may outlive the engine.
func (e *Engine) Var() Var { return Var{e} }

// String is the JSON.
func (v Var) String() string {
	text, err := json.Marshal(v.e.Snapshot(false))
	if err != nil {
		return "null"
	}
	return string(text)
}
