package engine

import (
	"context"
	"sync"
)

// freeSlots hands out job slots, the one that came back last first: its ledger
// and its partial results are mapped and cached in every process that was in
// its last job, where another slot's would be touched for the first time.
type freeSlots struct {
	count chan struct{} // holds one for each free slot

	mu    sync.Mutex
	stack []int
}

func newFreeSlots(n int) *freeSlots {
	f := &freeSlots{count: make(chan struct{}, n)}
	for i := n - 1; i >= 0; i-- {
		f.put(i)
	}
	return f
}

// put makes slot i free.
//
// Preconditions:
//   - i is not free.
func (f *freeSlots) put(i int) {
	f.mu.Lock()
	f.stack = append(f.stack, i)
	f.mu.Unlock()
	f.count <- struct{}{}
}

// take waits for a free slot, until ctx or stop is done.
func (f *freeSlots) take(ctx, stop context.Context) (int, error) {
	select {
	case <-f.count:
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-stop.Done():
		return 0, ErrClosed
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	top := len(f.stack) - 1
	i := f.stack[top]
	f.stack = f.stack[:top]
	return i, nil
}
