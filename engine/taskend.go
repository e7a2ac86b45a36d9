package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// A sink gets the outcome of each task of a cell, once. Its methods are called by
// one goroutine at a time, with tasks.mu held or not: they call nobody.
type sink interface {
	// values reads the results of up to n tasks, from the front of src, as long as they
	// are as they should be, and returns how many and what comes after them.
	values(task, n int, src []byte) (took int, rest []byte)
	// value reads the result of a task.
	value(task int, src []byte) error
	// fail gets the error of a task.
	fail(task int, err error)
}

// collect ends the future of cell i, if its tasks have ended.
func (t *tasks) collect(i int) {
	t.mu.Lock()
	s := t.cells[i]
	f := s.f
	if f == nil { // somebody else was first: the board may be gone
		t.mu.Unlock()
		return
	}
	c := &t.board.cells[i]
	e := c.entry.load()
	if e.busy() || e.state() == pending {
		t.mu.Unlock()
		return
	}
	s.f = nil // whoever did this ends it
	if s.grace != nil {
		s.grace.Stop()
	}
	t.unfollow(s)
	if e.state() == done && s.short(f) {
		s.absorb(c, f, 1)
		t.recycle(i, s)
		t.mu.Unlock()
		f.settle(false)
		return
	}
	t.mu.Unlock()
	t.empty(i, s, f, e)
}

// short reports whether the outcome of f can be taken where others wait for it: it is one
// result, in the cell itself, and no codec reads it.
func (s *cellState) short(f *future) bool {
	return f.spec.short && f.count == 1 && s.err == nil && s.results.IsZero() && s.args.IsZero()
}

// empty takes the outcomes of f out of its cell, ended as e, and makes that free.
//
// Preconditions:
//   - the caller has taken the future out.
func (t *tasks) empty(i int, s *cellState, f *future, e entry) {
	c, n := &t.board.cells[i], f.count-s.base
	if e.state() != done {
		n, c.records = int(c.records), 0
	}
	f.nanos = c.nanos
	s.absorb(c, f, n)
	s.failRest(f, f.count)
	withdrawn := s.err != nil
	t.release(i, s)
	f.settle(withdrawn)
}

// over reports whether the tasks of cell i have ended.
//
// Preconditions:
//   - the cell is under way: the board is there.
func (t *tasks) over(i int) bool {
	e := t.board.cells[i].entry.load()
	return !e.busy() && e.state() != pending
}

// out is where the results of the cell are: not what the cell says, that is a peer's.
func (s *cellState) out(c *taskCell) []byte {
	if !s.results.IsZero() {
		return s.results.Slice()
	}
	return c.inline[s.inline:]
}

// absorb gives the results of the next n tasks to their sink.
func (s *cellState) absorb(c *taskCell, f *future, n int) {
	out := s.out(c)
	for n = min(n, f.count-s.base); n > 0; n-- {
		if took, rest := f.sink.values(s.base, n, out); took > 0 {
			s.base, out = s.base+took, rest
			if n -= took; n <= 0 {
				return
			}
		}
		out = s.absorbOne(f, out)
		s.base++
	}
}

// absorbOne gives one result to its sink, and returns what comes after it.
func (s *cellState) absorbOne(f *future, out []byte) []byte {
	kind, payload, rest, err := nextRecord(out)
	if err == nil && kind == recordValue {
		err = f.sink.value(s.base, payload)
		f.spec.expect(f.count, len(payload))
	} else if err == nil {
		err = s.remoteError(f, kind, payload)
	}
	if err != nil {
		f.sink.fail(s.base, err)
	}
	return rest
}

// expect takes back what was expected of results since one was large.
func (s *spec) expect(count, size int) {
	if count == 1 && recordSize(size) <= inlineRoom && s.large.Load() != 0 {
		s.large.Store(0)
	}
}

// remoteError is the error that a worker has stored.
func (s *cellState) remoteError(f *future, kind uint32, payload []byte) error {
	switch kind {
	case recordNoSpace:
		return fmt.Errorf("task %s: %w", f.spec.name, errNoRoom)
	case recordError, recordPanic, recordBad, recordUnable:
	default:
		return fmt.Errorf("task %s: %w: kind %d", f.spec.name, errRecord, kind)
	}
	r, err := remoteFrom(payload)
	if err != nil {
		return fmt.Errorf("task %s: %w", f.spec.name, err)
	}
	if err := s.kept[s.base]; err != nil {
		r.causes = []error{err}
	}
	return r.funcError(f.spec.name, kind)
}

// funcError is r as the error of a task of fn.
func (r remote) funcError(fn string, kind uint32) *FuncError {
	return &FuncError{Func: fn, Message: r.text, Type: r.typ, Stack: r.stack, Panic: kind == recordPanic, causes: r.causes}
}

// failRest ends the tasks that have no result.
func (s *cellState) failRest(f *future, count int) {
	err := s.err
	if err == nil {
		err = errRecord
	}
	for ; s.base < count && s.base < f.count; s.base++ {
		f.sink.fail(s.base, fmt.Errorf("task %s: %w", f.spec.name, err))
	}
}

// cancel ends the tasks that match: first those that nobody has begun, so that none
// begins since another one ends; then, if all are meant, those that run. It returns
// the cells to collect.
//
// Preconditions:
//   - mu is held.
func (t *tasks) cancel(err error, all bool, match func(s *cellState) bool) (ended []int) {
	for i, s := range t.cells {
		if s.f == nil || !match(s) {
			continue
		}
		l := &t.board.cells[i].entry
		if e := l.load(); e.state() == pending && l.swap(e, e.ended(failed)) {
			s.err = err
			ended = append(ended, i)
		}
	}
	for i, s := range t.cells {
		if all && s.f != nil && match(s) && t.interrupt(i, err) {
			ended = append(ended, i)
		}
	}
	return ended
}

// interrupt ends the context of the task in cell i, and after the grace its worker.
// It is true if the task has ended meanwhile.
//
// Preconditions:
//   - mu is held, and the cell is under way.
func (t *tasks) interrupt(i int, err error) bool {
	s, c := t.cells[i], &t.board.cells[i]
	if !c.entry.load().busy() {
		return s.err == nil // it is not one of those that were withdrawn just now
	}
	if s.err == nil {
		s.err = err
	}
	how := uint32(taskCanceled)
	if errors.Is(err, context.DeadlineExceeded) {
		how = taskTimedOut
	}
	c.cancel.Store(how)
	_, _ = futex.Wake(&c.cancel, 1)
	c.tell.Store(1)
	if s.grace == nil && t.crew.kills() {
		f := s.f
		s.grace = time.AfterFunc(t.e.cfg.Grace, func() { t.crew.kill(i, f) })
	}
	return !c.entry.load().busy() // it may have ended before it could be told to tell
}

// withdraw takes the task of f back, if it has not begun.
func (t *tasks) withdraw(f *future, err error) bool {
	t.mu.Lock()
	s, ended := t.cells[f.cell], false
	if s.f == f {
		l := &t.board.cells[f.cell].entry
		e := l.load()
		if ended = e.state() == pending && l.swap(e, e.ended(failed)); ended {
			s.err = err
		}
	}
	t.mu.Unlock()
	if ended {
		t.collect(f.cell)
	}
	return ended
}

// tell has the coordinator told when f ends: somebody sleeps until then.
//
//	waiter:  tell = 1;      look at the entry;  sleep
//	worker:  entry = done;  look at tell;       tell
func (t *tasks) tell(f *future) {
	t.mu.Lock()
	i := f.cell
	if s := t.cells[i]; s.f == f {
		c := &t.board.cells[i]
		c.tell.Store(1)
		t.rescue(i) // the worker may be stopped
	}
	t.mu.Unlock()
	t.collect(i)
}

// sweep collects all that has ended.
func (t *tasks) sweep() {
	t.mu.Lock()
	var ended []int
	for i, s := range t.cells {
		if s.f != nil && t.over(i) {
			ended = append(ended, i)
		}
	}
	t.mu.Unlock()
	for _, i := range ended {
		t.collect(i)
	}
}

// hear looks at what workers have told of.
func (t *tasks) hear() {
	t.board.reported(func(i int) {
		t.mu.Lock()
		known := i < len(t.cells)
		if known {
			t.grant(i)
			t.rescue(i)
		}
		t.mu.Unlock()
		if known {
			t.collect(i)
		}
	})
}
