package engine

import (
	"context"
	"runtime"
	"slices"
)

// waiters wait for a free cell: those of a higher priority first, then in order.
type waiters []*waiter

// A waiter gets a cell or an error before ready is closed.
type waiter struct {
	level int
	ready chan struct{}
	cell  int
	err   error
}

// join adds a waiter.
func (q *waiters) join(level int) *waiter {
	w := &waiter{level: level, ready: make(chan struct{}), cell: -1}
	i := slices.IndexFunc(*q, func(o *waiter) bool { return o.level < level })
	if i < 0 {
		i = len(*q)
	}
	*q = slices.Insert(*q, i, w)
	return w
}

// leave takes w out. It is false if w is not there any more: it has its answer.
func (q *waiters) leave(w *waiter) bool {
	i := slices.Index(*q, w)
	if i >= 0 {
		*q = slices.Delete(*q, i, i+1)
	}
	return i >= 0
}

func (q waiters) first() *waiter {
	if len(q) == 0 {
		return nil
	}
	return q[0]
}

// before reports whether somebody of level or above waits.
func (q waiters) before(level int) bool { return len(q) > 0 && q[0].level >= level }

// starve waits for a cell. From now on workers tell of every task that ends.
func (t *tasks) starve(ctx context.Context, level int) (int, error) {
	t.mu.Lock()
	w := t.queue.join(level)
	t.starving(1)
	t.mu.Unlock()
	defer t.sated()
	t.sweep() // what ended before
	select {
	case <-w.ready:
	case <-ctx.Done():
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.queue.leave(w) {
			return -1, ctx.Err()
		}
	}
	return w.cell, w.err
}

// starving counts those who want to hear of every task's end.
//
// Preconditions:
//   - mu is held.
func (t *tasks) starving(by int) {
	if t.hunger += by; !t.gone {
		t.board.hungry.Store(uint32(t.hunger)) // pairs with the load in tasker.run
	}
}

func (t *tasks) sated() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.starving(-1)
}

// leave returns when nobody touches the board any more.
//
// Preconditions:
//   - every task has ended, and none is taken.
func (t *tasks) leave() {
	t.mu.Lock()
	t.gone = true
	t.mu.Unlock()
	for t.looking.Load() != 0 {
		runtime.Gosched()
	}
}
