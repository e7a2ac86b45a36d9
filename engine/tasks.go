package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// tasks is the coordinator's side of a board.
//
// A cell is free, or filled by a caller (reserve, offer), or under way: then its
// future is known here, and the entry says who has it. Whoever takes the future out
// of the cell, under mu, ends it; so each has one outcome.
type tasks struct {
	e     *Engine
	board *taskBoard
	crew  crew

	mu      sync.Mutex
	cells   []*cellState  // those used so far
	free    []int         // the one that came back last is the last: it is in caches
	under   int           // cells that are not free
	queue   waiters       // for a free cell
	seq     uint64        // of offers
	closed  error         // why nothing is taken any more
	stop    chan struct{} // closed when closed is set
	broken  error         // why nobody is there to run anything
	watches watches
	hunger  int           // who wants to hear of every end
	gone    bool          // the board is
	looking atomic.Int32  // who looks at an entry without mu
	janitor bool          // a timer will look after what nobody waits for
	calm    chan struct{} // closed when under is 0; nil if nobody waits for that
	lack    func()        // asks for workers that have ended since they were idle; nil if none do
}

// A crew is who runs the tasks of a board.
type crew interface {
	size() int
	wake(worker, cell int) // cell -1: look at the hints
	spins() bool           // whether looking for the end of a short task beats sleeping
	kills() bool           // whether a task that does not heed its context can be ended
	kill(cell int, f *future)
}

// cellState is what the coordinator knows of a cell.
type cellState struct {
	f       *future // whose it is; nil: nobody's, or being filled or emptied
	args    shmarena.Array[byte]
	results shmarena.Array[byte]
	seq     uint64
	level   uint8
	handed  bool  // to one worker, without a hint for the others
	base    int   // tasks whose outcome is known
	deaths  int   // of workers in the task after those
	err     error // why the rest is not wanted
	watch   *watch
	grace   *time.Timer
	kept    map[int]error // errors as they were returned, in this process
}

func newTasks(e *Engine, b *taskBoard, c crew) *tasks {
	return &tasks{e: e, board: b, crew: c, stop: make(chan struct{})}
}

// maxTaskBytes is the most that the arguments, and the results, of a cell may take.
const maxTaskBytes = 1 << 30

// janitorPause is how long what has ended may lie where nobody asks for it.
const janitorPause = 20 * time.Millisecond

// reserve waits for a free cell, which the caller offers or releases.
func (t *tasks) reserve(ctx context.Context, level int) (int, *cellState, error) {
	t.mu.Lock()
	i, err := t.take(level)
	if i < 0 && err == nil {
		t.mu.Unlock()
		i, err = t.starve(ctx, level)
		t.mu.Lock()
	}
	defer t.mu.Unlock()
	if err != nil {
		return -1, nil, err
	}
	return i, t.cells[i], nil
}

// take returns a free cell, or -1.
//
// Preconditions:
//   - mu is held.
func (t *tasks) take(level int) (int, error) {
	switch {
	case t.closed != nil:
		return -1, t.closed
	case t.broken != nil:
		return -1, t.broken
	case t.queue.before(level):
		return -1, nil
	}
	n := len(t.free)
	if n == 0 && len(t.cells) == maxTasks {
		return -1, nil
	}
	t.under++
	if n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		return i, nil
	}
	t.cells = append(t.cells, new(cellState))
	return len(t.cells) - 1, nil
}

// release makes cell i free again, and gives it to who waits.
//
// Preconditions:
//   - the caller has reserved it, or taken its future out.
func (t *tasks) release(i int, s *cellState) {
	freeBlock(&s.args)
	freeBlock(&s.results)
	t.mu.Lock()
	defer t.mu.Unlock()
	*s = cellState{}
	t.board.cells[i].entry.v.Store(0)
	t.free = append(t.free, i)
	if t.under--; t.under == 0 && t.calm != nil {
		close(t.calm)
		t.calm = nil
	}
	t.serveQueue()
}

// serveQueue gives free cells to those who wait, and errors if there is no hope.
//
// Preconditions:
//   - mu is held.
func (t *tasks) serveQueue() {
	for w := t.queue.first(); w != nil; w = t.queue.first() {
		if w.cell, w.err = t.takeFor(w); w.cell < 0 && w.err == nil {
			return
		}
		t.queue.leave(w)
		close(w.ready)
	}
}

// takeFor is take for the first who waits: nobody is before it.
func (t *tasks) takeFor(w *waiter) (int, error) { return t.take(w.level + 1) }

func freeBlock(x *shmarena.Array[byte]) {
	if !x.IsZero() {
		_ = x.Free()
		*x = shmarena.Array[byte]{}
	}
}

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

// offer hands a filled cell to the workers. From now on f has an outcome.
func (t *tasks) offer(ctx context.Context, f *future, o offer) {
	c, i := &t.board.cells[o.cell], o.cell
	f.t, f.spec, f.cell = t, o.fn, i
	c.cancel.Store(0)
	c.tell.Store(0)
	c.fn, c.argLen, c.room = o.fn.index, uint32(o.args), uint32(o.room)
	c.count, c.first, c.deadline = uint16(o.count), 0, 0
	if at, ok := ctx.Deadline(); ok {
		c.deadline = at.UnixNano()
	}

	t.mu.Lock()
	s := t.cells[i]
	s.f, s.seq, s.level = f, t.seq, uint8(o.level)
	t.seq++
	if t.closed != nil {
		s.err = t.closed
		c.entry.v.Store(uint64(failed)) // nobody has seen it
	} else {
		c.entry.v.Store(uint64(pending | offered)) // pairs with the claim: the fields above are there
		t.announce(i)
		t.follow(ctx, s)
	}
	t.clean()
	closed := t.closed != nil
	t.mu.Unlock()
	if closed {
		t.collect(i)
	}
	if t.lack != nil {
		t.lack()
	}
}

// announce puts cell i before the workers: into the hands of an idle one, or among
// the hints, from which whoever is ready takes it.
//
//	coordinator:  hint;      look for an idle worker;  wake it
//	worker:       idle = 1;  look for hints;           sleep
//
// Preconditions:
//   - mu is held.
func (t *tasks) announce(i int) {
	s := t.cells[i]
	if w, ok := t.board.sleeper(t.crew.size()); ok {
		s.handed = true
		t.crew.wake(w, i)
		return
	}
	t.hint(i)
}

// hint puts cell i among the hints, for all.
//
// Preconditions:
//   - mu is held.
func (t *tasks) hint(i int) {
	s := t.cells[i]
	s.handed = false
	if !t.board.hints[s.level].push(i) {
		t.rehint()
	}
	if w, ok := t.board.sleeper(t.crew.size()); ok {
		t.crew.wake(w, -1)
	}
}

// clean has what ended looked after, if nobody asks for it.
//
// Preconditions:
//   - mu is held.
func (t *tasks) clean() {
	if !t.janitor {
		t.janitor = true
		time.AfterFunc(janitorPause, t.tidy)
	}
}

// tidy collects what has ended, and hints what a worker was handed and has not
// taken: it may be stopped.
func (t *tasks) tidy() {
	t.sweep()
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, s := range t.cells {
		if s.f != nil && s.handed && t.board.cells[i].entry.load().state() == pending {
			t.hint(i)
		}
	}
	if t.janitor = false; t.under > 0 {
		t.clean()
	}
}
