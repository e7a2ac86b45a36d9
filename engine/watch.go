package engine

import "context"

// watches has one watch for each context that tasks under way were submitted with:
// to follow a context costs more than a task.
type watches struct {
	of   map[<-chan struct{}]*watch
	last *watch // without a task; kept for the next one
	hot  *watch // of the last task; nil if it was dropped
}

// A watch follows one context.
type watch struct {
	ctx   context.Context
	key   <-chan struct{}
	tasks int
	over  bool // ctx has ended, and its tasks were cancelled
	stop  func() bool
}

// follow has the task of s cancelled when ctx ends.
//
// Preconditions:
//   - mu is held.
func (t *tasks) follow(ctx context.Context, s *cellState) {
	key := ctx.Done()
	if key == nil {
		return
	}
	ws := &t.watches
	w := ws.hot
	if w == nil || w.key != key {
		w = t.watchOf(ctx, key)
		ws.hot = w
	}
	if ws.last == w {
		ws.last = nil
	}
	w.tasks++
	s.watch = w
	if w.over { // this task came too late for that
		go t.expire(w)
	}
}

// watchOf returns the watch of ctx, whose channel is key.
//
// Preconditions:
//   - mu is held.
func (t *tasks) watchOf(ctx context.Context, key <-chan struct{}) *watch {
	ws := &t.watches
	if w := ws.of[key]; w != nil {
		return w
	}
	if ws.of == nil {
		ws.of = map[<-chan struct{}]*watch{}
	}
	w := &watch{ctx: ctx, key: key}
	ws.of[key] = w
	w.stop = context.AfterFunc(ctx, func() { t.expire(w) })
	return w
}

// unfollow is for a task that has ended. The last watch without a task stays.
//
// Preconditions:
//   - mu is held.
func (t *tasks) unfollow(s *cellState) {
	w := s.watch
	if w == nil {
		return
	}
	s.watch = nil
	if w.tasks--; w.tasks > 0 {
		return
	}
	old := t.watches.last
	t.watches.last = w
	if old != nil {
		t.watches.drop(old)
	}
}

func (ws *watches) drop(w *watch) {
	w.stop()
	delete(ws.of, w.key)
	if ws.hot == w {
		ws.hot = nil
	}
}

// expire cancels the tasks of a context that has ended.
func (t *tasks) expire(w *watch) {
	t.mu.Lock()
	w.over = true
	ended := t.cancel(w.ctx.Err(), true, func(s *cellState) bool { return s.watch == w })
	t.mu.Unlock()
	for _, i := range ended {
		t.collect(i)
	}
}
