package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

// A death says how a worker ended.
type death struct {
	worker, pid, code int
	begun             int // tasks of its cell that it had begun
	reason, stderr    string
	fault             *Fault
}

// lost deals with the tasks that a dead worker had. The caller has confirmed the
// death: nobody writes into its cells any more.
func (t *tasks) lost(id futex.ID, d death) {
	t.mu.Lock()
	var ended []int
	for i, s := range t.cells {
		if s.f == nil {
			continue
		}
		if e := t.board.cells[i].entry.load(); e.busy() && e.owner() == id && t.redo(i, e, d) {
			ended = append(ended, i)
		}
	}
	t.rehint()
	t.mu.Unlock()
	for _, i := range ended {
		t.collect(i)
	}
}

// redo takes what is done of cell i and offers the rest again. It is true if there
// is no rest.
//
// Preconditions:
//   - mu is held, and the worker that has the cell is dead.
func (t *tasks) redo(i int, e entry, d death) bool {
	s, c := t.cells[i], &t.board.cells[i]
	f, before := s.f, s.base
	first := int(c.first)
	begun := min(d.begun, f.count) // the last of them is not done
	s.absorb(c, f, max(begun-1-first, 0))
	if s.base != before {
		s.deaths = 0
	}
	s.deaths++
	dirty := begun > s.base && f.spec.retry == NoRetry
	if s.err == nil && (dirty || s.deaths > t.e.cfg.Retries) {
		f.sink.fail(s.base, s.workerError(f, d, dirty))
		s.base++
		s.deaths = 0
	} else if s.err == nil {
		t.e.stats.retries.Add(1)
		t.e.cfg.Logger.Info("task offered again", "func", f.spec.name, "attempt", s.deaths)
	}
	c.want.Store(0)
	c.records = 0
	if s.base >= f.count || s.err != nil {
		c.entry.swap(e, e.ended(failed))
		return true
	}
	c.first = uint16(s.base)
	c.entry.swap(e, pending|offered|entry(s.deaths)*attemptOne)
	return false
}

// workerError is the outcome of the task that a worker died in.
func (s *cellState) workerError(f *future, d death, dirty bool) error {
	return &WorkerError{
		Worker: d.worker, PID: d.pid, ExitCode: d.code, Reason: d.reason, Kernel: f.spec.name,
		Partition: s.base, Lo: s.base, Hi: s.base + 1, Attempts: s.deaths, Dirty: dirty, Stderr: d.stderr, Fault: d.fault,
		task: true, poisoned: !dirty,
	}
}

// rehint makes all hints anew, in order, and wakes who is idle.
//
// Preconditions:
//   - mu is held.
func (t *tasks) rehint() {
	var all []int
	for i, s := range t.cells {
		if s.f != nil && t.board.cells[i].entry.load().state() == pending {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(a, b int) int { return cmp.Compare(t.cells[a].seq, t.cells[b].seq) })
	for l := range t.board.hints {
		t.board.hints[l].forget()
	}
	for _, i := range all {
		t.cells[i].handed = false
		l := t.cells[i].level
		t.board.hints[l].push(i, &t.heads[l])
	}
	for range all {
		w, ok := t.board.sleeper(t.crew.size())
		if !ok {
			return
		}
		t.crew.wake(w, -1)
	}
}

// revoke marks what owner runs, before it is killed: from now on it cannot end it.
func (t *tasks) revoke(owner futex.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, s := range t.cells {
		if s.f == nil {
			continue
		}
		l := &t.board.cells[i].entry
		if e := l.load(); e.state() == running && e.owner() == owner {
			l.swap(e, e&^stateMask|revoking)
		}
	}
}

// quarantine gives up on what owner runs, who cannot be killed. Its cells are not
// used again: it may still write there.
func (t *tasks) quarantine(owner futex.ID) {
	t.mu.Lock()
	var given []*future
	for i, s := range t.cells {
		if s.f == nil {
			continue
		}
		if e := t.board.cells[i].entry.load(); e.busy() && e.owner() == owner {
			s.err = ErrQuarantined
			s.failRest(s.f, s.f.count)
			given = append(given, s.f)
			s.f = nil
			t.under--
		}
	}
	t.mu.Unlock()
	for _, f := range given {
		f.settle(false)
	}
}

// grant gives the worker that has cell i the room that it asks for. Blocks are made
// and freed by the coordinator only, so that a worker leaves none behind.
//
// Preconditions:
//   - mu is held.
func (t *tasks) grant(i int) {
	s, c := t.cells[i], &t.board.cells[i]
	want := c.want.Load()
	if want == 0 || s.f == nil || !c.entry.load().busy() {
		return
	}
	answer := uint32(roomGranted)
	if err := t.widen(s, c, want); err != nil {
		t.e.cfg.Logger.Warn("no room for a result", "func", s.f.spec.name, "bytes", want, "error", err)
		answer = roomDenied
	}
	c.want.Store(0)
	c.granted.Store(answer)
	_, _ = futex.Wake(&c.granted, 1)
}

// widen gives a cell room for want bytes of results, and keeps those it has.
func (t *tasks) widen(s *cellState, c *taskCell, want uint64) error {
	if want > maxTaskBytes {
		return fmt.Errorf("%w: results of %d bytes, at most %d", shmarena.ErrNoSpace, want, maxTaskBytes)
	}
	block, err := shmarena.Alloc[byte](t.e.arena, int(want))
	if err != nil {
		return err
	}
	old := s.out(c)
	copy(block.Slice(), old[:min(int(c.used), len(old))])
	freeBlock(&s.results)
	s.results, c.resBlock = block, block
	c.args |= resultsApart
	s.f.spec.large.Store(int64(want))
	return nil
}
