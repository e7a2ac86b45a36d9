package engine

import (
	"context"
	"errors"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/ringbuf"
)

// tasker is this worker as one that runs tasks.
func (w *member) tasker() tasker {
	return tasker{
		board: w.control.tasks(), watch: &w.control.tasks().watch[w.index], by: uint16(w.index + 1), last: -1, specs: w.specs, self: w.self, counts: &w.self.workerStats, id: w.id, runs: make([]taskRun, len(w.specs)),
		news: w.tell, room: w.ask, end: waitForDeath, goexit: exitByGoexit,
	}
}

// obey does what a descriptor says.
func (w *member) obey(d descriptor) {
	if d.cell != 0 {
		w.tasks.yield()
		w.tasks.try(int(d.cell - 1))
	}
	if d.job != 0 {
		w.serve(d.job)
	}
}

// rest waits until there is something to do, and does tasks that are put into the cell
// that it did last. Before it sleeps it says so and looks at the hints once more: see
// tasks.announce. For jobs there is always a descriptor.
func (w *member) rest() (descriptor, error) {
	if d, err := w.linger(); err != ringbuf.ErrEmpty {
		return d, err
	}
	b := w.tasks.board
	b.rest(w.index)
	if !b.empty() && b.rise(w.index) {
		return descriptor{}, nil
	}
	if w.idle > 0 {
		if d, err := w.restFor(w.idle); !errors.Is(err, context.DeadlineExceeded) {
			return d, err
		}
	}
	d, err := w.pop(context.Background())
	b.rise(w.index)
	return d, err
}

// linger watches the cell that this worker ran last, for as long as a spinner spins. It
// returns the descriptor that came, an empty one if there is something else to look at,
// or ErrEmpty if nothing came.
func (w *member) linger() (d descriptor, err error) {
	k := &w.tasks
	if k.last < 0 {
		return d, ringbuf.ErrEmpty
	}
	k.look()
	for l := newLooker(); ; {
		if k.try(k.last) || !k.board.empty() {
			return d, nil
		}
		if err = w.ring.TryPop(&d); err != ringbuf.ErrEmpty {
			return d, err
		}
		if l.yields() && k.leave() { // nobody is to rely on a worker that may not run
			return d, nil
		}
		if !l.next() {
			break
		}
	}
	if k.leave() {
		return d, nil
	}
	return d, ringbuf.ErrEmpty
}

// spent reports whether this worker has run as many tasks as it may.
func (w *member) spent() bool { return w.limit > 0 && w.tasks.ran >= w.limit }

// turn gives the tasks that wait their turn, between two partitions. Descriptors of
// other jobs may go: a worker looks at every open job before it sleeps.
func (w *member) turn() {
	var d descriptor
	for w.ring.TryPop(&d) == nil {
		if d.cell != 0 { // nothing is watched within a job
			w.tasks.try(int(d.cell - 1))
		}
	}
	if !w.spent() {
		w.tasks.step()
	}
}

// tell has the coordinator look at a cell.
func (w *member) tell(cell int) {
	w.tasks.board.report(cell)
	w.signal()
}

// ask waits until the coordinator has answered the wish for room.
func (w *member) ask(c *taskCell, cell int) uint32 {
	w.tell(cell)
	for {
		if answer := c.granted.Load(); answer != roomAsked {
			return answer
		}
		_ = futex.Wait(context.Background(), &c.granted, roomAsked)
	}
}

// waitForDeath is for a worker that is being revoked: SIGKILL is on its way, and
// nothing may be touched any more.
func waitForDeath() {
	for {
		time.Sleep(time.Hour)
	}
}
