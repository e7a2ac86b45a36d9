package engine

import "context"

// watches has one watch for each context that tasks under way were submitted with:
// to follow a context costs more than a task.
type watches struct {
	of   map[<-chan struct{}]*watch
	last *watch // without a task; kept for the next one
}

// A watch follows one context.
type watch struct {
	ctx   context.Context
	key   <-chan struct{}
	tasks int
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
	w := ws.of[key]
	if w == nil {
		w = &watch{ctx: ctx, key: key}
		if ws.of == nil {
			ws.of = map[<-chan struct{}]*watch{}
		}
		ws.of[key] = w
		w.stop = context.AfterFunc(ctx, func() { t.expire(w) })
	}
	if ws.last == w {
		ws.last = nil
	}
	w.tasks++
	s.watch = w
	if ctx.Err() != nil { // the function above may have run before this task was there
		go t.expire(w)
	}
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
}

// expire cancels the tasks of a context that has ended.
func (t *tasks) expire(w *watch) {
	t.mu.Lock()
	ended := t.cancel(w.ctx.Err(), true, func(s *cellState) bool { return s.watch == w })
	t.mu.Unlock()
	for _, i := range ended {
		t.collect(i)
	}
}
