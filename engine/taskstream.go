package engine

import "github.com/shmengine/shmengine/internal/spin"

// A row is the cells of the tasks that a worker ran last by hints, as long as they are
// different ones: a cell that comes again has been collected.
type row struct {
	cells [longRow]uint16
	has   [maxTasks / 64]uint64 // a bit for each of them
	n     int                   // how many there are
	next  int                   // where the next one goes: if the row is full, the oldest is there
	late  bool                  // since the last task the worker has fallen behind
}

const (
	longRow = 64  // results that nobody has looked at yet are a stream
	lag     = 256 // PAUSE, of 15 to 45 ns, by which a worker falls behind a stream
)

func (r *row) add(cell int) {
	r.late = false
	word, bit := &r.has[cell/64%len(r.has)], uint64(1)<<(cell%64)
	if *word&bit != 0 {
		r.clear()
	}
	if r.n == longRow {
		oldest := r.cells[r.next]
		r.has[oldest/64] &^= 1 << (oldest % 64)
	} else {
		r.n++
	}
	*word |= bit
	r.cells[r.next] = uint16(cell)
	r.next = (r.next + 1) % longRow
}

// clear forgets all.
func (r *row) clear() {
	for _, cell := range r.cells[:r.n] {
		r.has[cell/64] = 0
	}
	r.n, r.next = 0, 0
}

// fallBehind lets the coordinator get ahead, once, if it keeps many tasks under way, and
// reports whether it did.
//
// A worker that takes one task after the other, as fast as they come, is right behind who
// hands them over: both wait for the same lines, of which each takes from the other what
// it needs next. Some tasks further apart neither waits for the other. That costs nobody
// anything as long as the results of the last longRow tasks are there and have not been
// collected: whoever wants the next one has these to go through, which takes longer.
func (k *tasker) fallBehind() bool {
	if k.row.late || !k.ahead() {
		return false
	}
	k.row.late = true
	for range lag / 64 {
		spin.Pause(64)
		spin.Checkpoint()
	}
	return true
}

// ahead reports whether the oldest result of the row still lies there. Until somebody
// collects it its line is in this CPU's cache.
func (k *tasker) ahead() bool {
	if k.row.n < longRow {
		return false
	}
	e := k.board.cells[k.row.cells[k.row.next]].entry.load()
	return e.state() == done && e.owner() == k.id
}
