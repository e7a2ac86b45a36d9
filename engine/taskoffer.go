package engine

import (
	"context"
)

// An offer is a filled cell.
type offer struct {
	cell  int
	fn    *spec
	count int
	level int
	args  int // bytes
	room  int
	// guessed: less room would do to begin with
	guessed bool
}

// post is reserve and offer in one, for one task whose argument is small: record. It is
// false if no cell is free.
func (t *tasks) post(ctx context.Context, f *future, o offer, record []byte) (posted bool, err error) {
	if t.lack != nil {
		defer t.lack()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.cell, err = t.take(o.level); err != nil || o.cell < 0 {
		return false, err
	}
	copy(t.board.cells[o.cell].inline[:], record)
	t.put(ctx, f, &o)
	return true, nil
}

// offer hands a filled cell to the workers. From now on f has an outcome.
func (t *tasks) offer(ctx context.Context, f *future, o offer) {
	t.mu.Lock()
	open := t.put(ctx, f, &o)
	t.mu.Unlock()
	if !open {
		t.collect(o.cell)
	}
	if t.lack != nil {
		t.lack()
	}
}

// put describes the task of f in its cell, and puts it before the workers. It is false
// if nothing is taken any more: the task has ended then.
//
// Preconditions:
//   - mu is held, and the cell has its arguments.
func (t *tasks) put(ctx context.Context, f *future, o *offer) (open bool) {
	c, s := &t.board.cells[o.cell], t.cells[o.cell]
	f.t, f.spec, f.cell = t, o.fn, o.cell
	s.f, s.seq, s.level = f, t.seq, uint8(o.level)
	t.seq++
	if s.inline = o.args; o.args > inlineArgs {
		s.inline = 0
	}
	c.fn, c.args, c.count, c.first = o.fn.index, uint32(o.args), uint16(o.count), 0
	if !s.results.IsZero() {
		c.args |= resultsApart
	}
	t.prepare(ctx, c)
	if t.closed != nil {
		s.err = t.closed
		c.entry.v.Store(uint64(failed)) // nobody has seen it
		return false
	}
	by := int(c.by)                            // from now on whoever has the cell writes there
	c.entry.v.Store(uint64(pending | offered)) // pairs with the claim: the fields above are there
	t.announce(o.cell, by)
	t.follow(ctx, s)
	t.clean()
	return true
}

// prepare writes what most tasks find as it should be: a line that is read only stays in
// the caches of both sides.
func (t *tasks) prepare(ctx context.Context, c *taskCell) {
	if c.cancel.Load() != 0 {
		c.cancel.Store(0)
	}
	if c.tell.Load() != 0 {
		c.tell.Store(0)
	}
	var until int64
	if at, ok := ctx.Deadline(); ok {
		until = at.UnixNano()
	}
	if c.deadline != until {
		c.deadline = until
	}
}

// announce puts cell i, which by ran last, before the workers: a worker that looks at this cell needs no
// notice, an idle one gets it into its hands, and otherwise it goes among the hints, from
// which whoever is ready takes it.
//
//	coordinator:  the entry is pending;  look at watch;          done, or go on
//	worker:       watch = 0;             look at the entry;      go on
//
//	coordinator:  hint;      look for an idle worker;  wake it
//	worker:       idle = 1;  look for hints;           sleep
//
// Preconditions:
//   - mu is held.
func (t *tasks) announce(i, by int) {
	s := t.cells[i]
	if t.watched(i, by) && t.board.empty() { // what is hinted was there before
		s.handed = true
		return
	}
	// An idle worker that has to wait for a CPU is to keep nothing from one that has one.
	if !t.tight() {
		if w, ok := t.board.sleeper(t.crew.size()); ok && t.crew.wake(w, i) {
			s.handed = true
			return
		}
	}
	t.hint(i)
}

// tight reports whether there is no CPU for each worker beside the coordinator.
func (t *tasks) tight() bool { return t.cpus > 0 && t.crew.size() >= t.cpus }

// watched reports whether by, who ran cell i last, looks at it: a number from 1 on, or
// whatever a peer has written there.
func (t *tasks) watched(i, by int) bool {
	return by > 0 && by <= maxWorkers && t.board.watch[by-1].cell.Load() == uint32(i+1)
}

// hint puts cell i among the hints, for all.
//
// Preconditions:
//   - mu is held.
func (t *tasks) hint(i int) {
	s := t.cells[i]
	s.handed = false
	if !t.board.hints[s.level].push(i, &t.heads[s.level]) {
		t.rehint()
	}
	t.rouse()
}

// rescue sees to it that cell i, if nobody has it, is not left to one worker: that may be
// stopped. If it was handed to one, or its hint is gone, since who took it was stopped
// before its claim, it is hinted to all; and in any case one more is woken.
//
// Preconditions:
//   - mu is held.
func (t *tasks) rescue(i int) {
	s := t.cells[i]
	if s.f == nil || t.board.cells[i].entry.load().state() != pending {
		return
	}
	if s.handed || t.board.empty() {
		t.hint(i)
		return
	}
	t.rouse()
}

// rouse has an idle worker look at the hints, if there is one.
func (t *tasks) rouse() {
	if w, ok := t.board.sleeper(t.crew.size()); ok {
		t.crew.wake(w, -1)
	}
}
