package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// hands are the goroutines that run tasks in goroutine mode: the same cells, claims
// and copies as with worker processes.
type hands struct {
	t     *tasks
	all   []*hand
	alive sync.WaitGroup
	stop  chan struct{}
	ids   atomic.Uint32

	mu   sync.Mutex
	gone *sync.Cond // somebody's goroutine has ended
	over bool       // none is begun any more
}

// A hand is one of them; its goroutine is replaced if a task ends it.
type hand struct {
	index int
	on    bool        // a goroutine runs it; guarded by hands.mu
	leave atomic.Bool // it is to end
	wake  chan int    // has room for one: a hand is woken once for each time it says that it rests
	slot  workerSlot
}

func newHands(t *tasks) *hands {
	h := &hands{t: t, stop: make(chan struct{})}
	h.gone = sync.NewCond(&h.mu)
	for i := range maxWorkers {
		one := &hand{index: i, wake: make(chan int, 1)}
		h.all = append(h.all, one)
	}
	return h
}

func (h *hands) size() int         { return h.t.e.Workers() }
func (h *hands) spins() bool       { return false }
func (h *hands) kills() bool       { return false }
func (h *hands) kill(int, *future) {}

func (h *hands) wake(worker, cell int) bool {
	h.all[worker].wake <- cell
	return true
}

func (h *hands) close() {
	h.mu.Lock()
	h.over = true
	h.mu.Unlock()
	close(h.stop)
	h.alive.Wait()
}

// work runs tasks until close.
func (h *hands) work(one *hand) {
	k := h.tasker(one)
	told := false
	defer func() {
		if !told { // a task called runtime.Goexit
			begun := begunOf(one.slot.running.Load())
			one.slot.end()
			h.alive.Go(func() { h.work(one) })
			h.t.lost(k.id, death{worker: one.index, begun: begun, reason: goexitText})
		}
	}()
	b := h.t.board
	for !told {
		if one.leave.Load() {
			told = h.dismissed(one, false)
			continue
		}
		if k.step() {
			continue
		}
		b.rest(one.index)
		if (!b.empty() || one.leave.Load()) && b.rise(one.index) {
			continue
		}
		one.slot.resting.Store(1)
		select {
		case cell := <-one.wake:
			one.slot.resting.Store(0)
			if cell >= 0 {
				k.try(cell)
			}
		case <-h.stop:
			told = h.dismissed(one, true)
		}
	}
}

// tasker makes one with an id of its own: what a goroutine has claimed that was ended
// is not the next one's.
func (h *hands) tasker(one *hand) tasker {
	return h.t.localTasker(&one.slot, futex.MakeID(uint32(one.index), h.ids.Add(1)))
}

// keep keeps an error as it was returned.
func (t *tasks) keep(cell, task int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.cells[cell]
	if s.kept == nil {
		s.kept = map[int]error{}
	}
	s.kept[task] = err
}

// hire starts the goroutines that run tasks, after the initializer ran once for each.
func (g *goroutines) hire() error {
	for range g.e.Workers() {
		if err := g.e.cfg.WorkerInit.run(); err != nil {
			return fmt.Errorf("%w: %w", ErrWorkerStart, err)
		}
	}
	g.hands.resize(g.e.Workers())
	return nil
}

// dismiss ends the tasks and those goroutines.
func (g *goroutines) dismiss() {
	t := g.e.tasks
	t.close(ErrClosed, true)
	_ = t.drain(context.Background())
	g.hands.close()
	t.leave()
}
