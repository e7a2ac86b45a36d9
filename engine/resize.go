package engine

import (
	"context"
	"fmt"
)

// Resize has the engine run n workers from now on, and returns when they are there and
// those that are too many have ended. Jobs and tasks go on meanwhile: a worker that is
// to end finishes its task or partition first, and what it has not begun is another's.
//
// When ctx ends first its error is returned, and the change goes on. Any goroutine may
// call it; of two calls at once one is the last, and both return when its n is reached.
//
// Errors: [ErrClosed], [ErrWorkerStart] if a worker cannot be started.
func (e *Engine) Resize(ctx context.Context, n int) error {
	if n < 1 || n > maxWorkers {
		return fmt.Errorf("engine: resize to %d workers: 1 to %d", n, maxWorkers)
	}
	if e.closed.Load() {
		return fmt.Errorf("resize engine: %w", ErrClosed)
	}
	if err := e.pool.resize(ctx, n); err != nil {
		return fmt.Errorf("resize engine to %d workers: %w", n, err)
	}
	return nil
}

func (p *processes) resize(ctx context.Context, n int) error {
	p.mu.Lock()
	err := p.resizeTo(n)
	p.mu.Unlock()
	for err == nil {
		var changed <-chan struct{}
		if changed, err = p.resized(); changed == nil {
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return err
}

// resizeTo has n workers from now on.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) resizeTo(n int) error {
	if p.closing {
		return ErrClosed
	}
	p.announce() // who was to leave may be wanted again
	p.e.size.Store(int32(n))
	p.control.workers.Store(uint32(n))
	for _, w := range p.workers {
		switch {
		case w.index >= n:
			p.letGo(w)
		case w.vacant:
			if err := p.revive(w); err != nil {
				return err
			}
		}
	}
	return p.hireTo(n)
}

// letGo has a worker end when nothing is in its hands.
func (p *processes) letGo(w *worker) {
	if w.vacant {
		return
	}
	if w.failure != nil { // it has no process, and gets none
		w.failure, w.vacant = nil, true
		p.vacant.Add(1)
		return
	}
	p.control.worker[w.index].leave.Store(1)
	w.push(descriptor{}) // it may be asleep; a full ring is not
}

// revive starts a process for a vacant worker.
func (p *processes) revive(w *worker) error {
	p.vacant.Add(-1)
	w.vacant, w.stalls = false, 0
	if w.failure = p.spawn(w); w.failure == nil {
		return nil
	}
	p.watch.Go(func() { p.replaceLater(w, w.proc) })
	return w.failure
}

// hireTo adds workers until there are n.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) hireTo(n int) error {
	for i := len(p.workers); i < n; i++ {
		w, err := p.hire(i)
		if err != nil {
			return err
		}
		p.workers = append(p.workers, w)
		p.at[i].Store(w)
	}
	return nil
}

// resized returns nil if there are as many workers as there are to be, and otherwise a
// channel that is closed when that may have changed.
func (p *processes) resized() (<-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closing {
		return nil, ErrClosed
	}
	there := true
	for _, w := range p.workers {
		wanted := w.index < p.e.Workers()
		if wanted && w.failure != nil {
			return nil, w.failure
		}
		if p.control.worker[w.index].state.Load() == stateRefused {
			return nil, fmt.Errorf("%w: it is another program, or registers other kernels", ErrWorkerStart)
		}
		ready := w.vacant || p.control.worker[w.index].state.Load() == stateReady
		there = there && (wanted && ready || !wanted && w.vacant)
	}
	if there {
		return nil, nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return p.changed, nil
}

// announce tells those who wait that a worker has come or gone.
//
// Preconditions:
//   - p.mu is held.
func (p *processes) announce() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// leavings are the exit codes of workers that ended as they were meant to.
var leavings = map[int]string{
	exitSpent: "it has run Config.MaxTasks tasks", exitIdle: "it had nothing to do",
	exitLeft: "it was told to", exitGrown: "it has more memory than Config.RecycleMemory",
}
