package engine

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// With Config.Help whoever waits for a job or a task runs kernels and functions too, as
// one more worker: it claims by the same compare-and-swap. It is not killed and not
// replaced; if it dies, the engine does.

// help runs partitions of j on the goroutine that waits for it, until none is pending.
// Workers begin with their shares from the front, the helper begins at the end.
func (p *processes) help(ctx context.Context, j *job) {
	stop := context.AfterFunc(ctx, func() { p.abort(j, ctx.Err()) })
	defer stop()
	run := j.spec.fresh()
	run.bind(j.args)
	k := jobHelper{p: p, job: j, run: run, id: p.control.arena.Member().ID(), partials: p.memory[j.slot].partials.Slice()}
	k.task = Task{worker: p.e.cfg.Workers, cancel: &j.shared.cancel}
	defer k.leave()
	for i := j.parts - 1; i >= 0 && j.shared.cancel.Load() == 0; i-- {
		l := &j.ledger[i]
		// What has killed a worker is not run here.
		if e := l.load(); e.state() == pending && e.attempt() == 0 && l.swap(e, e.claimed(k.id)) {
			k.partition(i, e.claimed(k.id))
		}
	}
}

// A jobHelper is whoever waits for a job, at work on it.
type jobHelper struct {
	p        *processes
	job      *job
	run      runner
	id       futex.ID
	partials []byte
	task     Task
	busy     *ledgerEntry // what it has claimed, while it is in there
	at       int
}

// partition runs partition i, claimed as e.
func (k *jobHelper) partition(i int, e entry) {
	j, t := k.job, &k.task
	lo, hi := j.span(i)
	k.busy, k.at = &j.ledger[i], i
	t.partition, t.attempt = i, e.attempt()
	t.begin(lo, hi)
	stride := j.spec.stride()
	f := call(k.run, t, k.partials[i*stride:(i+1)*stride], func() {}) // leave finds what Goexit left
	state := done
	if f != nil {
		state = failed
		k.fail(f)
	}
	k.busy.swap(e, e.ended(state))
	k.busy = nil
	if state != done {
		k.p.control.helped.failed.Add(1)
		return
	}
	k.p.control.helped.done(j.spec, hi-lo)
	j.shared.remaining.Add(-1)
}

func (k *jobHelper) fail(f *failure) {
	k.p.mu.Lock()
	defer k.p.mu.Unlock()
	if k.job.shared.cancel.Load() == 0 { // otherwise the outcome is known
		lo, hi := k.job.span(k.at)
		k.job.fail(f.taskError(k.job.spec.name, k.at, lo, hi))
	}
}

// leave looks whether the job is over: nobody tells who was the last to be done.
func (k *jobHelper) leave() {
	if k.busy != nil { // its kernel called runtime.Goexit
		k.fail(&failure{kind: failError, text: goexitText})
		e := k.busy.load()
		k.busy.swap(e, e.ended(failed))
	}
	k.p.look(k.job)
}

// helpers are taskers that nobody uses at this moment.
type helpers struct {
	mu   sync.Mutex
	free []*tasker
	made atomic.Uint32
}

// helperSlot is in the ids of helpers: no member has a slot so high.
const helperSlot = 1000

// help runs tasks that wait their turn on the goroutine that waits for f, until f has
// ended or none is left. It takes what is hinted: what is in a worker's hands is left to it.
//
// Preconditions:
//   - the board stays.
func (t *tasks) help(ctx context.Context, f *future) {
	if t.board.empty() {
		return
	}
	k, whole := t.helper(), false
	defer func() {
		if !whole { // a task called runtime.Goexit, which ends this goroutine
			t.lost(k.id, death{worker: t.crew.size(), begun: begunOf(k.self.running.Load()), reason: goexitText})
			return
		}
		t.helpers.mu.Lock()
		t.helpers.free = append(t.helpers.free, k)
		t.helpers.mu.Unlock()
	}()
	for !f.ended() && !t.over(f.cell) && ctx.Err() == nil {
		if !k.step() {
			break
		}
	}
	whole = true
}

// helper returns a tasker that nobody else uses.
func (t *tasks) helper() *tasker {
	h := &t.helpers
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.free); n > 0 {
		k := h.free[n-1]
		h.free = h.free[:n-1]
		return k
	}
	k := t.localTasker(new(workerSlot), futex.MakeID(helperSlot, h.made.Add(1)))
	k.counts, k.wary = t.helped, true
	return &k
}

// localTasker is one in this process.
func (t *tasks) localTasker(self *workerSlot, id futex.ID) tasker {
	specs, _ := seal()
	return tasker{
		board: t.board, specs: specs, self: self, counts: &self.workerStats, id: id, runs: make([]taskRun, len(specs)),
		news: t.collect, end: func() {}, goexit: func() {}, keep: t.keep,
		room: func(c *taskCell, cell int) uint32 {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.grant(cell)
			return c.granted.Load()
		},
	}
}
