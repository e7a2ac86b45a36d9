package engine

import (
	"context"
	"fmt"
)

// resize has the first n hands work, and the others end when nothing is in them.
func (h *hands) resize(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.t.e.size.Store(int32(n))
	h.gone.Broadcast() // who was to leave may be wanted again
	for _, one := range h.all {
		want := one.index < n
		one.leave.Store(!want)
		switch {
		case want && !one.on && !h.over:
			one.on = true
			one.slot.state.Store(stateReady)
			h.alive.Go(func() { h.work(one) })
		case !want && one.on && h.t.board.rise(one.index):
			one.wake <- -1 // it rests, and has room: nobody else wakes it
		}
	}
}

// dismissed ends a hand that is to leave, or is told to stop. It is false if it is wanted
// again.
func (h *hands) dismissed(one *hand, stop bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !stop && !one.leave.Load() {
		return false
	}
	one.on = false
	one.slot.state.Store(stateNone)
	h.gone.Broadcast()
	return true
}

// settled waits until nobody works who is to leave.
func (h *hands) settled(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() {
		h.mu.Lock() // whoever waits has looked at ctx before, or sleeps
		defer h.mu.Unlock()
		h.gone.Broadcast()
	})()
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		left := 0
		for _, one := range h.all {
			if one.on && one.leave.Load() {
				left++
			}
		}
		if left == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("%d workers are in tasks: %w", left, err)
		}
		h.gone.Wait()
	}
}

func (g *goroutines) resize(ctx context.Context, n int) error {
	if err := g.ctx.Err(); err != nil {
		return ErrClosed
	}
	for range n - g.e.Workers() {
		if err := g.e.cfg.WorkerInit.run(); err != nil {
			return fmt.Errorf("%w: %w", ErrWorkerStart, err)
		}
	}
	g.hands.resize(n)
	return g.hands.settled(ctx)
}
