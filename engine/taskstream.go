package engine

import "github.com/shmengine/shmengine/internal/spin"

// A row is the cells of the tasks that a worker ran last by hints.
type row struct {
	cells [longRow]uint16 // +1; 0 none
	next  uint8           // the one that is replaced next: the oldest
	late  bool            // since the last task the worker has fallen behind
}

const (
	longRow = 64  // results that nobody has looked at yet are a stream
	lag     = 256 // PAUSE, of 15 to 45 ns, by which a worker falls behind a stream
)

func (r *row) add(cell int) {
	r.cells[r.next%longRow] = uint16(cell + 1)
	r.next++
	r.late = false
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
	oldest := int(k.row.cells[k.row.next%longRow])
	if oldest == 0 {
		return false
	}
	e := k.board.cells[(oldest-1)%maxTasks].entry.load()
	return e.state() == done && e.owner() == k.id
}
