package engine

import (
	"context"
	"fmt"
)

// close takes no more tasks, for the reason why, and ends those under way: all of
// them, or only those that nobody has begun.
func (t *tasks) close(why error, all bool) {
	t.mu.Lock()
	if t.closed == nil {
		t.closed = why
		close(t.stop)
	}
	t.serveQueue()
	ended := t.cancel(why, all, anyCell)
	w := t.watches.last
	t.watches.last = nil
	if w != nil {
		t.watches.drop(w)
	}
	t.mu.Unlock()
	for _, i := range ended {
		t.collect(i)
	}
}

func anyCell(*cellState) bool { return true }

// drain waits until no task is under way, or until ctx ends.
func (t *tasks) drain(ctx context.Context) error {
	t.mu.Lock()
	t.starving(1)
	t.mu.Unlock()
	defer t.sated()
	t.sweep()
	for {
		t.mu.Lock()
		if t.under == 0 {
			t.mu.Unlock()
			return nil
		}
		if t.calm == nil {
			t.calm = make(chan struct{})
		}
		calm, n := t.calm, t.under
		t.mu.Unlock()
		select {
		case <-calm:
		case <-ctx.Done():
			return fmt.Errorf("%d tasks are under way: %w", n, ctx.Err())
		}
	}
}

// fail ends what nobody can run any more; nil takes it back.
func (t *tasks) fail(why error) {
	t.mu.Lock()
	t.broken = why
	var ended []int
	if why != nil {
		t.serveQueue()
		ended = t.cancel(why, false, anyCell)
	}
	t.mu.Unlock()
	for _, i := range ended {
		t.collect(i)
	}
}

// idle reports whether no task is under way.
func (t *tasks) idle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.under == 0
}

// refuse takes no more tasks, and goes on with those under way.
func (t *tasks) refuse(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed == nil {
		t.closed = why
		close(t.stop)
		t.serveQueue()
	}
}
