package engine

import (
	"time"

	"github.com/shmengine/shmengine/futex"
)

// Revoking takes a partition from a worker that is alive. The only fence is its
// confirmed death: a worker that is merely stopped, or slow, would go on
// writing into the output after somebody else had redone it. So the entry is
// marked, the worker is killed, and the partition is offered again by died.

// patrol revokes partitions that take longer than PartitionTimeout. It needs no
// clock in shared memory: it remembers since when it has seen the same claim.
func (p *processes) patrol() {
	limit := p.e.cfg.PartitionTimeout
	tick := time.NewTicker(max(limit/8, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-p.stop.Done():
			return
		case now := <-tick.C:
			p.patrolAt(now, limit)
		}
	}
}

func (p *processes) patrolAt(now time.Time, limit time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.workers {
		claim := p.control.worker[w.index].running.Load()
		switch {
		case claim&1 == 0 || claim != w.seen:
			w.seen, w.seenAt = claim, now
		case now.Sub(w.seenAt) > limit && w.reason == "":
			p.revoke(w, "killed after "+limit.String()+" in one partition")
		}
	}
}

// revokeAll revokes every partition of j that is still running.
func (p *processes) revokeAll(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if j.ended {
		return
	}
	for _, w := range p.workers {
		if w.reason == "" && j.busyWith(futex.ID(p.control.worker[w.index].member.Load())) {
			p.revoke(w, "killed since its job was cancelled")
		}
	}
}

// busyWith reports whether owner has a partition of j.
func (j *job) busyWith(owner futex.ID) bool {
	for i := range j.ledger {
		if e := j.ledger[i].load(); e.busy() && e.owner() == owner {
			return true
		}
	}
	return false
}

// revoke marks what w has as revoking, and kills it.
func (p *processes) revoke(w *worker, reason string) {
	id := futex.ID(p.control.worker[w.index].member.Load())
	for _, j := range p.jobs {
		if j == nil {
			continue
		}
		for i := range j.ledger {
			if e := j.ledger[i].load(); e.state() == running && e.owner() == id {
				j.ledger[i].swap(e, e&^stateMask|revoking)
			}
		}
	}
	p.e.tasks.revoke(id)
	w.reason = reason
	proc := w.proc
	_ = proc.Kill()
	time.AfterFunc(killPatience, func() {
		if proc.Alive() {
			p.quarantine(id)
		}
	})
}

// quarantine gives up on the jobs in which owner, who cannot be killed, has a
// partition.
func (p *processes) quarantine(owner futex.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if j == nil || j.ended || !j.busyWith(owner) {
			continue
		}
		j.err = ErrQuarantined
		j.shared.cancel.Store(1)
		j.ended = true
		close(j.done)
	}
	p.e.tasks.quarantine(owner)
}

// quarantined reports whether j's memory may still be written.
func (j *job) quarantined() bool { return j.err == ErrQuarantined }
