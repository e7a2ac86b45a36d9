package engine

import "github.com/shmengine/shmengine/futex"

// A taskRun runs tasks of one function, one after the other, for one tasker.
type taskRun interface {
	// quick runs the tasks of b one after the other, as long as arguments and results
	// are numbers and nothing is out of the ordinary.
	quick(k *tasker, b *batch)
	// read takes the argument of the next call.
	read(src []byte) error
	// call runs the function and keeps its result.
	call(ctx *taskContext) error
	// size is the number of bytes that write needs.
	size() (int, error)
	write(dst []byte)
	// drop lets go of argument and result.
	drop()
}

// A tasker runs tasks from a board: a worker process, or a goroutine of this one.
type tasker struct {
	board *taskBoard
	specs []*spec
	self  *workerSlot
	id    futex.ID
	// counts are what is done and failed; self's, but for a helper
	counts *workerStats
	wary   bool      // it takes nothing that a worker has died of
	runs   []taskRun // by function; nil until it is first run
	ran    int       // tasks

	watch *watchWord // nil: it never watches a cell
	by    uint16     // what it leaves in the cells that it ran
	last  int        // the cell that it ran last
	on    bool       // watch names that one

	seen     [taskLevels]uint64 // tails of hints, as last seen
	row      row                // of tasks by hints
	contexts []taskContext      // for the next cells: made when nobody waits
	batch    batch              // the cell that is run

	news   func(cell int)                     // tells the coordinator of a cell
	room   func(c *taskCell, cell int) uint32 // asks it for c.want bytes, and returns its answer
	end    func()                             // for a worker that is to die: does not return
	goexit func()                             // the task called runtime.Goexit
	keep   func(cell, task int, err error)    // keeps an error as it is, if the coordinator is here
}

// take claims the oldest task of the highest priority.
func (k *tasker) take() (cell int, e entry, ok bool) {
	for level := taskLevels - 1; level >= 0; level-- {
		for {
			cell, hinted := k.board.hints[level].next(&k.seen[level])
			if !hinted {
				break
			}
			reach("task/next")
			if e, ok := k.claim(cell); ok {
				return cell, e, true
			}
		}
	}
	return 0, 0, false
}

// claim takes a cell if it is pending.
func (k *tasker) claim(cell int) (entry, bool) {
	l := &k.board.cells[cell].entry
	e := l.load()
	if e&(stateMask|offered) != pending|offered || k.wary && e.attempt() > 0 {
		return 0, false // whoever waits for it hints it again: see rescue
	}
	mine := e.claimed(k.id)
	return mine, l.swap(e, mine)
}

// step runs one task, if there is any.
func (k *tasker) step() bool {
	if k.on && !k.board.empty() && k.leave() { // what was put there is older than any hint
		return true
	}
	return k.hinted()
}

// hinted runs the task of a hint, if there is one. The hint may have come since the worker
// looked whether there are any, so it may watch a cell: of what was put there it tells.
func (k *tasker) hinted() bool {
	cell, e, ok := k.take()
	if ok {
		k.row.add(cell)
		k.yield()
		k.run(cell, e)
	}
	return ok
}

// try runs the task of a cell, unless somebody else has it.
func (k *tasker) try(cell int) bool {
	e, ok := k.claim(cell % maxTasks)
	if ok {
		k.run(cell%maxTasks, e)
	}
	return ok
}

// context returns one for the tasks of c.
func (k *tasker) context(c *taskCell) *taskContext {
	k.refill()
	x := &k.contexts[0]
	k.contexts = k.contexts[1:]
	x.cell = c
	return x
}

// refill makes contexts, if there is none left. A context is used once: a function may
// have kept it.
func (k *tasker) refill() {
	if len(k.contexts) == 0 {
		k.contexts = make([]taskContext, 32)
	}
}

// value stores the result of a task.
func (k *tasker) value(b *batch) {
	n, err := b.run.size()
	switch {
	case err != nil:
		k.put(b, recordUnable, remoteOf(err).bytes())
	case k.fits(b, n):
		dst := putRecord(b.out[b.used:], recordValue, n)
		reach("task/write")
		b.run.write(dst)
		b.advance(n)
	default:
		k.lost(b)
	}
}

// fail stores the error of a task.
func (k *tasker) fail(b *batch, err error) {
	if k.keep != nil {
		k.keep(b.cell, b.at, err)
	}
	k.counts.failed.Add(1)
	k.put(b, recordError, remoteOf(err).bytes())
}

// put stores a result of bytes.
func (k *tasker) put(b *batch, kind uint32, p []byte) {
	if !k.fits(b, len(p)) {
		k.lost(b)
		return
	}
	copy(putRecord(b.out[b.used:], kind, len(p)), p)
	b.advance(len(p))
}

// lost stores that a result found no room: for that there is always enough.
func (k *tasker) lost(b *batch) {
	putRecord(b.out[b.used:], recordNoSpace, 0)
	b.advance(0)
}

// advance is past the record of n bytes that was stored.
func (b *batch) advance(n int) {
	b.used += recordSize(n)
	b.at++
}

// refuse ends one task, that cannot be read.
func (k *tasker) refuse(b *batch, kind uint32, err error) {
	if b.out == nil || b.used+recordHead > len(b.out) {
		b.at = b.n // nothing can be said: the coordinator finds no record
		return
	}
	k.put(b, kind, remoteOf(err).bytes())
}

// has reports whether a record of n bytes fits and leaves a head for each task after it.
func (b *batch) has(n int) bool { return b.need(n) <= len(b.out) }

func (b *batch) need(n int) int { return b.used + recordSize(n) + (b.n-b.at-1)*recordHead }

// fits is has, and asks for more room if there is not enough.
func (k *tasker) fits(b *batch, n int) bool {
	if b.has(n) {
		return true
	}
	b.taskCell.used = uint32(b.used)
	b.granted.Store(roomAsked)
	b.want.Store(uint64(b.need(n))) // pairs with the load in tasks.grant
	reach("task/room")
	if k.room(b.taskCell, b.cell) != roomGranted {
		return false
	}
	_, out, err := b.taskCell.memory()
	if err != nil || len(out) < b.need(n) {
		return false
	}
	b.out = out
	return true
}
