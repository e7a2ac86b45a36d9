package engine

import (
	"context"
	"errors"
	"time"

	"github.com/shmengine/shmengine/ringbuf"
)

// A worker that has nothing to do for Config.IdleTimeout takes back the bit by which it
// says that it rests. From then on nobody hands it anything, so it ends with nothing in
// hand. A descriptor that comes too late is a hint, as all are: the coordinator looks
// for work when it sees the process dead, and whoever brings work looks for workers
// that have ended.
//
//	coordinator:  the task is there;      look at vacant;  start a worker
//	at a death:   vacant + 1;             look for tasks;  start a worker
//
// One of the two sees what the other wrote.

// errIdle is the end of a worker's patience.
var errIdle = errors.New("engine: nothing to do")

// restFor is rest for a limited time: errIdle after it, or context.DeadlineExceeded if
// somebody is about to hand this worker something.
func (w *member) restFor(d time.Duration) (descriptor, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	b := w.tasks.board
	got, err := w.pop(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		b.rise(w.index)
		return got, err
	}
	if !b.rise(w.index) {
		return got, err
	}
	if err := w.ring.TryPop(&got); !errors.Is(err, ringbuf.ErrEmpty) {
		return got, err
	}
	return got, errIdle
}

// vacate leaves w without a process, if it is not wanted: it was idle, or is one too
// many. It reports whether that is so.
//
// Preconditions:
//   - p.mu is held, and w's process is dead.
func (p *processes) vacate(w *worker, idle bool) bool {
	if w.index < p.e.Workers() && !idle {
		return false
	}
	w.failure, w.vacant = nil, true
	p.vacant.Add(1) // pairs with the load in rouse
	if w.index < p.e.Workers() {
		p.fill(p.wanted())
	}
	return true
}

// wanted is how many workers there is work for.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) wanted() (n int) {
	for _, j := range p.jobs {
		if j != nil {
			n += j.parts
		}
	}
	return n + p.e.tasks.waiting()
}

// waiting counts the cells that are not free.
func (t *tasks) waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.under
}

// rouse starts processes for what there is to do.
func (p *processes) rouse() {
	if p.vacant.Load() == 0 { // pairs with the step in vacate: the task is there
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closing {
		p.fill(p.wanted())
	}
}

// fill revives workers until n are there, or as many as there are to be.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) fill(n int) {
	for _, w := range p.workers {
		if w.index < p.e.Workers() && !w.vacant {
			n--
		}
	}
	for _, w := range p.workers {
		if n <= 0 || w.index >= p.e.Workers() {
			return
		}
		if w.vacant {
			if err := p.revive(w); err != nil {
				p.e.cfg.Logger.Error("worker not started, trying again later", "worker", w.index, "error", err)
			}
			n--
		}
	}
}
