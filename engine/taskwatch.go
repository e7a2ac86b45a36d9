package engine

// A worker that has run a cell, and finds nothing else to do, watches that cell: the next
// task that is put there needs no descriptor and no hint, and its cache line is the only
// one that goes between the two CPUs. While its watchWord names the cell it owes a look:
// before it does anything else it takes the word back, and then looks.

// look begins to watch the cell that was run last.
func (k *tasker) look() {
	if !k.on || k.watch.cell.Load() != uint32(k.last+1) {
		k.on = true
		k.watch.cell.Store(uint32(k.last + 1))
	}
}

// unlook ends that, and reports whether a task was put there: see tasks.announce.
func (k *tasker) unlook() bool {
	if !k.on {
		return false
	}
	k.on = false
	k.watch.cell.Store(0)
	return k.board.cells[k.last].entry.load()&(stateMask|offered) == pending|offered
}

// leave ends watching and runs what was put there, if anything was.
func (k *tasker) leave() bool { return k.unlook() && k.try(k.last) }

// yield ends watching for a worker that has other tasks to run: what was put there the
// coordinator gives to others.
func (k *tasker) yield() {
	if k.unlook() {
		k.news(k.last)
	}
}
