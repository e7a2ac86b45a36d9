package engine

import "github.com/shmengine/shmengine/futex"

// The worker processes as those who run tasks.

func (p *processes) size() int   { return p.e.Workers() }
func (p *processes) spins() bool { return true }
func (p *processes) kills() bool { return true }

// wake puts a descriptor into the ring of an idle worker: it is empty, or will be.
func (p *processes) wake(worker, cell int) bool {
	return p.at[worker].Load().push(descriptor{cell: uint32(cell + 1)})
}

// push puts d into the worker's ring, if there is room.
func (w *worker) push(d descriptor) bool {
	w.pushing.Lock()
	defer w.pushing.Unlock()
	return w.ring.TryPush(d) == nil
}

// kill kills the worker that runs the task of f in a cell, if it still does.
func (p *processes) kill(cell int, f *future) {
	p.mu.Lock()
	defer p.mu.Unlock()
	owner, ok := p.e.tasks.ownerOf(cell, f)
	if !ok {
		return
	}
	for _, w := range p.workers {
		if w.reason == "" && futex.ID(p.control.worker[w.index].member.Load()) == owner {
			p.revoke(w, "killed since its task was cancelled")
		}
	}
}

// ownerOf returns the worker that runs the task of f.
func (t *tasks) ownerOf(cell int, f *future) (futex.ID, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cells[cell].f != f {
		return 0, false
	}
	e := t.board.cells[cell].entry.load()
	return e.owner(), e.busy()
}
