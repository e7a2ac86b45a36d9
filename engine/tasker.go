package engine

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

// A taskRun runs tasks of one function, one after the other, for one tasker.
type taskRun interface {
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
	runs  []taskRun // by function; nil until it is first run
	ran   int       // tasks

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
			cell, hinted := k.board.hints[level].next()
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
	if e&(stateMask|offered) != pending|offered {
		return 0, false
	}
	mine := e.claimed(k.id)
	return mine, l.swap(e, mine)
}

// step runs one task, if there is any.
func (k *tasker) step() bool {
	cell, e, ok := k.take()
	if ok {
		k.run(cell, e)
	}
	return ok
}

// try runs the task that this tasker was handed, unless somebody else has it.
func (k *tasker) try(cell int) {
	if e, ok := k.claim(cell % maxTasks); ok {
		k.run(cell%maxTasks, e)
	}
}

// A batch is a cell while it is run.
type batch struct {
	*taskCell
	cell   int
	run    taskRun
	ctx    *taskContext
	at, n  int
	attend bool   // a task is being run
	args   []byte // of the tasks from at on
	out    []byte // room for all results
	used   int    // bytes of it
}

// run runs the tasks of a cell that this tasker has claimed as e.
func (k *tasker) run(cell int, e entry) {
	c := &k.board.cells[cell]
	reach("task/claimed")
	b := batch{taskCell: c, cell: cell, at: int(c.first), n: int(c.count), ctx: newTaskContext(c)}
	var begin time.Time
	if b.n > 1 { // the size of the next batches depends on it
		begin = time.Now()
	}
	if err := k.bind(&b); err != nil {
		k.refuse(&b, recordBad, err)
	}
	for b.at < b.n && c.cancel.Load() == 0 {
		k.stretch(&b)
	}
	b.ctx.finish()
	k.self.end()
	ended := uint32(b.at - int(c.first))
	if c.records = ended; b.n > 1 {
		c.nanos = uint64(time.Since(begin))
	}
	k.ran += int(ended)
	moved := uint64(c.argLen) + uint64(b.used)
	state := done
	if b.at < b.n {
		state = failed
	}
	if !c.entry.swap(e, e.ended(state)) {
		k.end() // it is being revoked: SIGKILL is on its way
	}
	// From here on the cell may be another task's: what is read of it is a hint.
	reach("task/done")
	k.self.ran(uint64(ended), moved, e.attempt())
	if c.tell.Load() != 0 || k.board.hungry.Load() != 0 { // pairs with tasks.tell and tasks.starve
		k.news(cell)
	}
}

// bind finds the function and the memory of b.
func (k *tasker) bind(b *batch) (err error) {
	if int(b.fn) >= len(k.specs) || k.specs[b.fn].task == nil {
		return fmt.Errorf("%w: function %d", errRecord, b.fn)
	}
	if k.runs[b.fn] == nil {
		k.runs[b.fn] = k.specs[b.fn].task()
	}
	b.run = k.runs[b.fn]
	if b.args, err = cellMemory(b.taskCell.args[:], b.argBlock, b.argLen); err != nil {
		return err
	}
	if b.out, err = cellMemory(b.results[:], b.resBlock, b.room); err != nil {
		return err
	}
	for range b.at { // done by another worker, before it died
		if _, _, b.args, err = nextRecord(b.args); err != nil {
			return err
		}
	}
	return nil
}

// cellMemory is n bytes: of the cell itself, if they fit, or of its block.
func cellMemory(inline []byte, block shmarena.Array[byte], n uint32) ([]byte, error) {
	if int(n) <= len(inline) {
		return inline[:n], nil
	}
	if err := block.Check(); err != nil {
		return nil, err
	}
	if block.Len() < int(n) {
		return nil, errRecord
	}
	return block.Part(0, int(n)), nil
}

// stretch runs tasks of b until one panics.
func (k *tasker) stretch(b *batch) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if !b.attend {
			return
		}
		if p := recover(); p != nil {
			b.attend = false
			k.self.failed.Add(1)
			k.put(b, recordPanic, remote{typ: fmt.Sprintf("%T", p), text: fmt.Sprint(p), stack: panicText("")}.bytes())
			return
		}
		b.ctx.finish()
		k.goexit()
	}()
	for b.at < b.n && b.cancel.Load() == 0 {
		k.one(b)
	}
}

// one runs one task.
func (k *tasker) one(b *batch) {
	_, src, rest, err := nextRecord(b.args)
	if err == nil {
		b.args = rest
		reach("task/read")
		err = b.run.read(src)
	}
	if err != nil {
		k.refuse(b, recordBad, err)
		return
	}
	k.self.begin()
	b.progress.Store(uint32(b.at + 1)) // the result before this one is there
	reach("task/begun")
	b.attend = true
	err = b.run.call(b.ctx)
	reach("task/output")
	if err != nil {
		k.fail(b, err)
	} else {
		k.value(b)
	}
	b.attend = false
	b.run.drop()
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
	k.self.failed.Add(1)
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

// fits reports whether a record of n bytes fits and leaves a head for each task
// after it; if not, it asks for more room.
func (k *tasker) fits(b *batch, n int) bool {
	need := b.used + recordSize(n) + (b.n-b.at-1)*recordHead
	if need <= len(b.out) {
		return true
	}
	b.taskCell.used = uint32(b.used)
	b.granted.Store(roomAsked)
	b.want.Store(uint64(need)) // pairs with the load in tasks.grant
	reach("task/room")
	if k.room(b.taskCell, b.cell) != roomGranted {
		return false
	}
	out, err := cellMemory(b.results[:], b.resBlock, b.room)
	if err != nil || len(out) < need {
		return false
	}
	b.out = out
	return true
}
