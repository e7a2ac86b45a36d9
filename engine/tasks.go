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
	spins bool // crew.spins
	helps bool // who waits runs tasks too
	cpus  int  // that workers share with the coordinator; 0: it does not matter

	mu      sync.Mutex
	cells   []*cellState       // those used so far
	free    []int              // the one that came back last is the last: it is in caches
	under   int                // cells that are not free
	queue   waiters            // for a free cell
	seq     uint64             // of offers
	heads   [taskLevels]uint64 // of hints, as last seen
	closed  error              // why nothing is taken any more
	stop    chan struct{}      // closed when closed is set
	broken  error              // why nobody is there to run anything
	watches watches
	hunger  int           // who wants to hear of every end
	gone    bool          // the board is
	looking atomic.Int32  // who looks at an entry without mu
	janitor bool          // a timer will look after what nobody waits for
	calm    chan struct{} // closed when under is 0; nil if nobody waits for that
	lack    func()        // asks for workers that have ended since they were idle; nil if none do
	helpers helpers
	helped  *workerStats // what they have done; nil without Config.Help
}

// A crew is who runs the tasks of a board.
type crew interface {
	size() int
	wake(worker, cell int) bool // cell -1: look at the hints; false: it did not get there
	spins() bool                // whether looking for the end of a short task beats sleeping
	kills() bool                // whether a task that does not heed its context can be ended
	kill(cell int, f *future)
}

// cellState is what the coordinator knows of a cell.
type cellState struct {
	f       *future // whose it is; nil: nobody's, or being filled or emptied
	args    shmarena.Array[byte]
	results shmarena.Array[byte]
	inline  int // bytes of the cell that its arguments take: results begin behind them
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
	return &tasks{e: e, board: b, crew: c, spins: c != nil && c.spins(), stop: make(chan struct{})}
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
		return t.pick(), nil
	}
	t.cells = append(t.cells, new(cellState))
	return len(t.cells) - 1, nil
}

// pick takes the free cell that came back last, or the one before it if that is the one
// that a worker looks at.
//
// Preconditions:
//   - mu is held, and a cell is free.
func (t *tasks) pick() int {
	n := len(t.free)
	last := &t.free[n-1]
	if n > 1 && !t.watched(*last, int(t.board.cells[*last].by)) {
		if before := &t.free[n-2]; t.watched(*before, int(t.board.cells[*before].by)) {
			*last, *before = *before, *last
		}
	}
	i := *last
	t.free = t.free[:n-1]
	return i
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
	t.recycle(i, s)
}

// recycle is release of a cell without blocks.
//
// Preconditions:
//   - mu is held.
func (t *tasks) recycle(i int, s *cellState) {
	*s = cellState{}
	t.board.cells[i].entry.v.Store(0)
	t.free = append(t.free, i)
	if t.under--; t.under == 0 && t.calm != nil {
		close(t.calm)
		t.calm = nil
	}
	if len(t.queue) > 0 {
		t.serveQueue()
	}
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
	for i := range t.cells {
		t.rescue(i)
	}
	if t.janitor = false; t.under > 0 {
		t.clean()
	}
}
