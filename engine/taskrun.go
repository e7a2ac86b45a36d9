package engine

import (
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// A batch is a cell while it is run.
type batch struct {
	*taskCell
	cell   int
	run    taskRun
	ctx    *taskContext
	from   int // where this tasker began
	at, n  int
	attend bool   // a task is being run
	args   []byte // of the tasks from at on
	out    []byte // room for all results
	used   int    // bytes of it
}

// run runs the tasks of a cell that this tasker has claimed as e.
func (k *tasker) run(cell int, e entry) {
	c, b := &k.board.cells[cell], &k.batch
	reach("task/claimed")
	c.by, k.last = k.by, cell
	*b = batch{taskCell: c, cell: cell, from: int(c.first), n: int(c.count), ctx: k.context(c)}
	b.at = b.from
	var begin time.Time
	if b.n > 1 { // the size of the next batches depends on it
		begin = time.Now()
	}
	if err := k.bind(b); err != nil {
		k.refuse(b, recordBad, err)
	}
	for b.at < b.n && c.cancel.Load() == 0 {
		k.stretch(b)
	}
	b.ctx.finish()
	if b.n > 1 {
		c.nanos = uint32(min(time.Since(begin), math.MaxUint32))
	}
	k.give(b, e)
}

// give gives the cell back, with what was run of it.
func (k *tasker) give(b *batch, e entry) {
	ended, state := b.at-b.from, done
	moved := uint64(b.taskCell.args&^resultsApart) + uint64(b.used)
	if b.at < b.n {
		state, b.records = failed, uint32(ended)
	}
	tell := &b.tell
	if !b.entry.swap(e, e.ended(state)) {
		k.end() // it is being revoked: SIGKILL is on its way
	}
	// From here on the cell may be another task's: what is read of it is a hint.
	reach("task/done")
	k.self.end()
	k.ran += ended
	k.counts.ran(uint64(ended), moved, e.attempt())
	if tell.Load() != 0 || k.board.hungry.Load() != 0 { // pairs with tasks.tell and tasks.starve
		k.news(b.cell)
	}
	k.refill()
}

// bind finds the function and the memory of b.
func (k *tasker) bind(b *batch) (err error) {
	fn := int(b.fn)
	if fn >= len(k.specs) || k.specs[fn].task == nil {
		return fmt.Errorf("%w: function %d", errRecord, fn)
	}
	if k.runs[fn] == nil {
		k.runs[fn] = k.specs[fn].task()
	}
	b.run = k.runs[fn]
	if b.args, b.out, err = b.taskCell.memory(); err != nil {
		return err
	}
	for range b.at { // done by another worker, before it died
		if _, _, b.args, err = nextRecord(b.args); err != nil {
			return err
		}
	}
	return nil
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
			k.counts.failed.Add(1)
			k.put(b, recordPanic, remote{typ: fmt.Sprintf("%T", p), text: fmt.Sprint(p), stack: panicText("")}.bytes())
			return
		}
		b.ctx.finish()
		k.goexit()
	}()
	for b.at < b.n && b.cancel.Load() == 0 {
		if b.run != nil {
			b.run.quick(k, b)
		}
		if b.at < b.n && b.cancel.Load() == 0 {
			k.one(b)
		}
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
	k.self.begin(b.at + 1)
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

// memory is where the arguments of c are, and what room there is for its results.
func (c *taskCell) memory() (args, out []byte, err error) {
	v, block := c.args, c.resBlock
	n := int(v &^ resultsApart)
	if n <= inlineArgs {
		args, out = c.inline[:n], c.inline[n:]
	} else if args, err = blockMemory(c.argBlock, n); err != nil {
		return nil, nil, err
	} else {
		out = c.inline[:]
	}
	if v&resultsApart != 0 {
		out, err = blockMemory(block, block.Len())
	}
	return args, out, err
}

// blockMemory is the first n bytes of a block.
func blockMemory(block shmarena.Array[byte], n int) ([]byte, error) {
	if err := block.Check(); err != nil {
		return nil, err
	}
	if block.Len() < n {
		return nil, errRecord
	}
	return block.Part(0, n), nil
}
