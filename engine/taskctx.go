package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// A taskContext is the context that a task sees: it ends with the caller's, or with
// the task itself. Values do not cross.
type taskContext struct {
	cell *taskCell
	over atomic.Bool // the cell may be another task's by now

	mu    sync.Mutex
	done  chan struct{}      // made when it is first asked for
	sleep context.CancelFunc // ends who waits for the cancellation
	err   error              // once done is closed
}

func newTaskContext(c *taskCell) *taskContext { return &taskContext{cell: c} }

// Deadline is that of the context that the task was submitted with.
func (c *taskContext) Deadline() (time.Time, bool) {
	if at := c.cell.deadline; at != 0 && !c.over.Load() {
		return time.Unix(0, at), true
	}
	return time.Time{}, false
}

func (c *taskContext) Value(any) any { return nil }

func (c *taskContext) String() string { return "engine.task" }

// Err is nil while the result is wanted.
func (c *taskContext) Err() error {
	if c.over.Load() {
		return c.last()
	}
	return cancelError(c.cell.cancel.Load())
}

// last is the error of a context whose task has returned.
func (c *taskContext) last() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		return context.Canceled
	}
	return c.err
}

func cancelError(how uint32) error {
	switch how {
	case 0:
		return nil
	case taskTimedOut:
		return context.DeadlineExceeded
	}
	return context.Canceled
}

// Done is closed when the result is not wanted any more. Who asks pays for a
// goroutine that sleeps until then, or until the task returns.
func (c *taskContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil {
		return c.done
	}
	c.done = make(chan struct{})
	if c.over.Load() {
		close(c.done)
		return c.done
	}
	if err := cancelError(c.cell.cancel.Load()); err != nil {
		c.err = err
		close(c.done)
		return c.done
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.sleep = cancel
	go c.watch(ctx)
	return c.done
}

// watch closes done when the coordinator cancels, unless the task returns before.
func (c *taskContext) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if err := cancelError(c.cell.cancel.Load()); err != nil {
			c.close(err)
			return
		}
		_ = futex.Wait(ctx, &c.cell.cancel, 0)
	}
}

func (c *taskContext) close(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.done != nil {
		c.err = err
		close(c.done)
	}
}

// finish ends the context: its task has returned.
func (c *taskContext) finish() {
	c.over.Store(true)
	c.mu.Lock()
	sleep := c.sleep
	c.mu.Unlock()
	if sleep != nil {
		sleep()
		c.close(context.Canceled)
	}
}
