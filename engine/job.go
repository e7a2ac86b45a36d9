package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/shmarena"
)

// A job is one open jobSlot as the coordinator sees it. Its fields are guarded
// by processes.mu; the ledger is shared with the workers.
type job struct {
	*request
	slot    int
	shared  *jobSlot
	ledger  []ledgerEntry
	columns []column
	offsets []int // of saved columns in a worker's save area
	err     error
	grace   *time.Timer // kills workers that do not heed a cancellation
	ended   bool
	spin    bool // its caller looks at its words for a while
	poison  poison
	done    chan struct{} // closed when no worker is in the job any more
}

// slotMemory is what a slot keeps from job to job.
type slotMemory struct {
	ledger   shmarena.Array[ledgerEntry]
	partials shmarena.Array[byte]
	saves    shmarena.Array[byte]
}

// atLeast makes x hold n elements; what it held is lost.
func atLeast[T any](a *shmarena.Arena, x *shmarena.Array[T], n int) error {
	if x.Len() >= n {
		return nil
	}
	y, err := shmarena.Alloc[T](a, n)
	if err != nil {
		return err
	}
	if !x.IsZero() {
		err = x.Free()
	}
	*x = y
	return err
}

// open writes r into a free slot and opens it.
//
// Preconditions:
//   - slot is closed, and no worker's current names it.
func (p *processes) open(r *request, slot int) (*job, error) {
	m, s := &p.memory[slot], &p.control.job[slot]
	j := &job{request: r, slot: slot, shared: s, columns: r.spec.plan.of(r.args), done: make(chan struct{})}
	var saved int
	if r.spec.retry == Idempotent {
		j.offsets, saved = columnsLayout(j.columns, r.size)
	}
	for _, err := range []error{
		atLeast(p.control.arena, &m.ledger, r.parts),
		atLeast(p.control.arena, &m.partials, r.parts*r.spec.stride()),
		atLeast(p.control.arena, &m.saves, saved*len(p.workers)),
	} {
		if err != nil {
			return nil, fmt.Errorf("run %s: %w", r.spec.name, err)
		}
	}
	j.ledger = m.ledger.Slice()[:r.parts]
	for i := range j.ledger {
		j.ledger[i].v.Store(uint64(pending | entry(r.piece.attempts())*attemptOne))
	}
	s.asleep.Store(1)
	if j.spin = r.short(p.e.Workers()); j.spin {
		s.asleep.Store(0)
	}
	s.cancel.Store(0)
	s.noisy.Store(0)
	s.failed.Store(0)
	s.kernel, s.whole, s.parts = r.spec.index, r.piece.whole(), uint32(r.parts)
	s.first, s.rows, s.size = uint64(r.first), uint64(r.rows), uint64(r.size)
	s.argLen = uint32(copy(s.args[:], r.args))
	s.partStride, s.saveStride = uint64(r.spec.stride()), uint64(saved)
	s.ledger, s.partials, s.saves = m.ledger, m.partials, m.saves
	s.remaining.Store(int64(r.parts))
	p.control.opened.Add(1)
	gen := s.gen.Load() + 1
	s.gen.Store(gen) // pairs with the load in worker.serve: the fields above are there
	return j, nil
}

// run is pool.run: it runs a job, and what is left of it in pieces.
func (p *processes) run(ctx context.Context, r *request) error {
	j, err := p.runJob(ctx, r)
	if err == nil && len(j.poison.undone) > 0 {
		err = p.bisect(ctx, r, j)
	}
	return err
}

// runJob waits for a slot, opens the job in it, and waits for its end.
func (p *processes) runJob(ctx context.Context, r *request) (*job, error) {
	slot, err := p.free.take(ctx, p.stop)
	if err != nil {
		return nil, err
	}
	j, err := p.enter(r, slot)
	if err != nil {
		p.free.put(slot)
		return nil, err
	}
	defer p.leave(j) // also if a kernel that this goroutine runs calls runtime.Goexit
	r.gauge.follow(&j.shared.remaining)
	defer func() { r.gauge.drop(j.err == nil) }()
	p.await(ctx, j)
	return j, p.result(j)
}

// enter opens r in slot and tells the workers.
func (p *processes) enter(r *request, slot int) (*job, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		return nil, ErrClosed
	}
	if p.alive() == 0 {
		return nil, p.workers[0].failure
	}
	if p.vacant.Load() > 0 {
		p.fill(r.parts)
	}
	j, err := p.open(r, slot)
	if err != nil {
		return nil, err
	}
	p.jobs[slot] = j
	p.active.Add(1)
	p.offer(j)
	p.mirror()
	return j, nil
}

// offer puts j before every worker. A ring that is full is as good as an offer:
// a worker looks at every open slot before it sleeps.
func (p *processes) offer(j *job) {
	d := descriptor{job: refOf(j.slot, j.shared.gen.Load())}
	for _, w := range p.workers {
		w.push(d)
	}
}

// result is the job's error, or nil once its partial results are collected.
func (p *processes) result(j *job) error {
	if j.err != nil {
		return fmt.Errorf("run %s: %w", j.spec.name, j.err)
	}
	if j.collect != nil && len(j.poison.undone) == 0 {
		j.collect(p.memory[j.slot].partials.Slice(), j.spec.stride(), j.parts)
	}
	return nil
}

// leaving is how many times leave looks whether the workers have left a job: some
// microseconds.
const leaving = 100

// leave closes j's slot. It is free again when no worker's current names it; a
// quarantined one never is.
func (p *processes) leave(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.active.Done()
	if j.grace != nil {
		j.grace.Stop()
	}
	ref := refOf(j.slot, j.shared.gen.Load())
	p.jobs[j.slot] = nil
	j.shared.gen.Add(1) // pairs with the load in worker.serve
	p.control.opened.Add(^uint32(0))
	if j.quarantined() {
		return
	}
	for range leaving { // whoever did the last partition is on its way out
		if !p.named(ref) {
			p.free.put(j.slot)
			return
		}
		spin.Pause(1)
	}
	p.watch.Go(func() { p.retire(j.slot, ref) }) // close waits for it: it reads what workers store
}

// named reports whether a worker may still look at the job ref. It needs no mu: a worker
// that comes meanwhile finds the slot closed.
func (p *processes) named(ref jobRef) bool {
	for i := range p.at {
		if p.at[i].Load() == nil {
			break
		}
		if jobRef(p.control.worker[i].current.Load()) == ref {
			return true
		}
	}
	return false
}

// retire frees a slot once no worker looks at it: one that is stopped may keep
// it for long, and there are others.
func (p *processes) retire(slot int, ref jobRef) {
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 10*time.Millisecond) {
		select {
		case <-p.stop.Done():
			return
		case <-time.After(pause):
		}
		if !p.named(ref) {
			p.free.put(slot)
			return
		}
	}
}
