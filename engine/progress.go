package engine

import (
	"sync"
	"sync/atomic"
	"time"
)

// Progress says how far a job is.
type Progress struct {
	Kernel string
	Job    uint64 // counts the jobs of this engine
	Done   int    // partitions; a worker's death may leave it one behind for a while
	Parts  int
	Rows   int // of the whole job
	Since  time.Duration
}

// progressPause is at least the time between two calls of Config.Progress for a job that runs.
const progressPause = 100 * time.Millisecond

// A meter calls Config.Progress, from a goroutine that is there while there are jobs.
type meter struct {
	call func(Progress)

	mu   sync.Mutex
	jobs map[*gauge]bool
	seq  uint64
	last chan *gauge // jobs to tell of once more, since they end
	runs bool        // the goroutine is there
}

// A gauge is one job of a meter. It is nil where nobody wants to know.
type gauge struct {
	m     *meter
	begin time.Time
	told  atomic.Bool
	ended chan struct{} // closed when the last call has returned

	mu   sync.Mutex // held while the job is told of
	now  Progress
	left *atomic.Int64 // partitions not yet done; nil: the job has not begun, or has ended
}

func newMeter(call func(Progress)) *meter {
	return &meter{call: call, jobs: map[*gauge]bool{}, last: make(chan *gauge)}
}

// enter begins to watch r. A nil meter watches nothing.
func (m *meter) enter(r *request) *gauge {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	g := &gauge{m: m, begin: time.Now(), ended: make(chan struct{})}
	g.now = Progress{Kernel: r.spec.name, Job: m.seq, Parts: r.parts, Rows: r.rows}
	m.seq++
	m.jobs[g] = true
	r.gauge = g
	if !m.runs {
		m.runs = true
		go m.watch()
	}
	return g
}

// leave ends it: no call for the job is under way any more, and none will be.
func (m *meter) leave(g *gauge) {
	if g == nil {
		return
	}
	if g.told.Load() {
		m.last <- g // the goroutine is there: it does not end while a job is
		<-g.ended
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.jobs, g)
}

// follow reads how many partitions are left from a word that may go away after drop.
func (g *gauge) follow(left *atomic.Int64) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left = left
}

// drop forgets the word. It waits for a call that is under way, and if the job was
// never told of no call follows.
func (g *gauge) drop(done bool) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.look()
	if done {
		g.now.Done = g.now.Parts
	}
	g.left = nil
}

// look reads how far the job is.
//
// Preconditions:
//   - mu is held.
func (g *gauge) look() {
	if g.left != nil {
		n := int(g.left.Load()) // a hint, and a peer's
		g.now.Done = max(g.now.Done, g.now.Parts-min(max(n, 0), g.now.Parts))
	}
	g.now.Since = time.Since(g.begin)
}

// watch tells of jobs, until there has been none for a pause.
func (m *meter) watch() {
	tick := time.NewTimer(progressPause) // a ticker that was late once would be early then
	defer tick.Stop()
	for {
		select {
		case g := <-m.last:
			g.tell(m.call, true)
			close(g.ended)
		case <-tick.C:
			for _, g := range m.due() {
				g.tell(m.call, false)
			}
			if m.rest() {
				return
			}
			tick.Reset(progressPause)
		}
	}
}

// due is the jobs to tell of.
func (m *meter) due() (gs []*gauge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for g := range m.jobs {
		gs = append(gs, g)
	}
	return gs
}

// rest ends the goroutine, if there is nothing for it to do.
func (m *meter) rest() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs = len(m.jobs) > 0
	return !m.runs
}

// tell calls f for a job that runs, or for the last time.
func (g *gauge) tell(f func(Progress), last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left == nil && !last {
		return
	}
	g.look()
	g.told.Store(true)
	f(g.now)
}
