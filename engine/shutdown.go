package engine

import (
	"context"
	"fmt"
	"sync"
)

// Shutdown says what [Engine.Shutdown] does with tasks that have not begun.
type Shutdown uint8

const (
	// Finish runs all tasks that were submitted.
	Finish Shutdown = iota
	// CancelQueued cancels those that no worker has begun.
	CancelQueued
)

// Shutdown ends the engine in order: new tasks and jobs are refused with
// [ErrShutdown], those that run are waited for, and then it is closed. When ctx ends
// first Shutdown returns its error, and Close ends what is left. A second
// Shutdown, and one after Close, is nil.
func (e *Engine) Shutdown(ctx context.Context, how Shutdown) error {
	if how > CancelQueued {
		panic("engine: Shutdown with neither Finish nor CancelQueued")
	}
	e.jobs.shut()
	if how == CancelQueued {
		e.tasks.close(ErrShutdown, false)
	} else {
		e.tasks.refuse(ErrShutdown)
	}
	if err := e.Drain(ctx); err != nil {
		return fmt.Errorf("shut engine down: %w", err)
	}
	if err := e.jobs.calm(ctx); err != nil {
		return fmt.Errorf("shut engine down: %w", err)
	}
	return e.Close()
}

// Drain waits until no task is under way, or until ctx ends. Jobs of kernels are
// waited for by those who run them.
func (e *Engine) Drain(ctx context.Context) error {
	if err := e.tasks.drain(ctx); err != nil {
		return fmt.Errorf("drain engine: %w", err)
	}
	return nil
}

// runningJobs counts the jobs of kernels.
type runningJobs struct {
	mu   sync.Mutex
	n    int
	over bool          // no more are begun
	none chan struct{} // closed when n is 0; nil if nobody waits for that
}

// begin counts a job, unless no more are begun.
func (r *runningJobs) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return ErrShutdown
	}
	r.n++
	return nil
}

func (r *runningJobs) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n--; r.n == 0 && r.none != nil {
		close(r.none)
		r.none = nil
	}
}

func (r *runningJobs) shut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
}

// calm waits until no job runs.
func (r *runningJobs) calm(ctx context.Context) error {
	r.mu.Lock()
	if r.n == 0 {
		r.mu.Unlock()
		return nil
	}
	if r.none == nil {
		r.none = make(chan struct{})
	}
	none, n := r.none, r.n
	r.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d jobs are under way: %w", n, ctx.Err())
	}
}
