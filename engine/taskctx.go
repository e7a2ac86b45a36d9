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
	cell  *taskCell
	state atomic.Uint32 // ctxOver, ctxWatched

	mu    sync.Mutex
	done  chan struct{}      // made when it is first asked for
	sleep context.CancelFunc // ends who waits for the cancellation
	err   error              // once done is closed
}

// Bits of taskContext.state.
const (
	ctxOver    = 1 << iota // the cell may be another task's by now
	ctxWatched             // a goroutine waits for the cancellation
)

func (c *taskContext) over() bool { return c.state.Load()&ctxOver != 0 }

// Deadline is that of the context that the task was submitted with.
func (c *taskContext) Deadline() (time.Time, bool) {
	if at := c.cell.deadline; at != 0 && !c.over() {
		return time.Unix(0, at), true
	}
	return time.Time{}, false
}

func (c *taskContext) Value(any) any { return nil }

func (c *taskContext) String() string { return "engine.task" }

// Err is nil while the result is wanted.
func (c *taskContext) Err() error {
	err := cancelError(c.cell.cancel.Load())
	if c.over() { // looked at afterwards: then it was our cell that was read
		return c.last()
	}
	return err
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
	if err := cancelError(c.cell.cancel.Load()); c.over() || err != nil {
		if !c.over() {
			c.err = err
		}
		close(c.done)
		return c.done
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.sleep = cancel
	go c.watch(ctx)
	if c.state.Or(ctxWatched)&ctxOver != 0 { // pairs with the swap in finish: one of the two sees the other
		cancel()
		c.err = context.Canceled
		close(c.done)
	}
	return c.done
}

// watch closes done when the coordinator cancels, unless the task returns before.
func (c *taskContext) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if err := cancelError(c.cell.cancel.Load()); err != nil && !c.over() {
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
	if c.state.Swap(ctxOver)&ctxWatched == 0 {
		return
	}
	c.mu.Lock()
	sleep := c.sleep
	c.mu.Unlock()
	sleep()
	c.close(context.Canceled)
}
