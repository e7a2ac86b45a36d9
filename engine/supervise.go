package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

const (
	// maxStalls is how many processes may die in a row before one is ready.
	maxStalls = 3
	// killPatience is how long a process may live on after SIGKILL.
	killPatience = 5 * time.Second
	// replacePause is the time between attempts to start a process where one
	// could not be started.
	replacePause = time.Second
)

// news reports whether j may have come to its end.
func (j *job) news() bool {
	s := j.shared
	return s.remaining.Load() <= 0 || s.noisy.Load() != 0 || s.cancel.Load() != 0
}

// fail ends j with err, unless it has failed before.
func (j *job) fail(err error) {
	if j.err == nil {
		j.err = err
	}
	j.shared.cancel.Store(1)
}

// abort is fail from outside.
func (p *processes) abort(j *job, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	j.fail(err)
	p.settle(j)
}

// settle ends j if no worker is in it and none will be. The ledger says so;
// `remaining` is only a hint.
func (p *processes) settle(j *job) {
	if j.ended {
		return
	}
	cancelled := j.shared.cancel.Load() != 0
	if cancelled {
		j.withdraw()
	}
	t := count(j.ledger)
	if t.pending+t.busy > 0 {
		if cancelled && j.grace == nil {
			j.grace = time.AfterFunc(p.e.cfg.Grace, func() { p.revokeAll(j) })
		}
		return
	}
	if t.failed > 0 && j.err == nil {
		j.err = j.outcome()
	}
	j.ended = true
	close(j.done)
}

// withdraw takes back what nobody has claimed.
func (j *job) withdraw() {
	for i := range j.ledger {
		if e := j.ledger[i].load(); e.state() == pending {
			j.ledger[i].swap(e, e.ended(failed))
		}
	}
}

// failure is the error that a kernel left in the slot.
func (j *job) failure() error {
	s := j.shared
	if s.failed.Load() != 2 {
		return &TaskError{Kernel: j.spec.name, Message: "the worker died before it could say why"}
	}
	part := min(int(s.errPart), j.parts-1)
	lo, hi := j.span(part)
	f := failure{kind: s.errKind, text: string(s.errText[:min(s.errLen, maxErrText)])}
	return f.taskError(j.spec.name, part, lo, hi)
}

// died is called once proc, a process of w, is confirmed dead.
func (p *processes) died(w *worker, proc *process.Process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.mirror()
	s := &p.control.worker[w.index]
	id, state := futex.ID(s.member.Swap(0)), s.state.Swap(stateNone)
	s.current.Store(0)
	running := s.running.Swap(0)
	busy, begun := running&inBit != 0, begunOf(running)
	s.resting.Store(0)
	p.e.tasks.board.rise(w.index)
	p.e.tasks.board.watch[w.index].cell.Store(0)
	if p.closing && p.idle() && p.e.tasks.idle() {
		return
	}
	code, _ := proc.ExitCode()
	report := crashOf(proc.CrashReport())
	w.fault = report.fault(s.dataFrom.Load(), s.dataSize.Load())
	left := p.farewell(w, proc, busy)
	for _, j := range p.jobs {
		if j != nil && id != 0 {
			p.recover(j, w, id)
		}
	}
	p.e.tasks.lost(id, death{w.index, proc.PID(), code, begun, exitReason(w, proc), proc.StderrTail(), w.fault})
	p.reap()
	if native(proc.ExitSignal(), report) {
		p.examine()
	}
	if w.stalls++; state == stateReady {
		w.stalls = 0
	}
	if !p.closing && !p.vacate(w, left == leavings[exitIdle]) {
		p.replace(w, proc)
	}
	p.announce()
}

// farewell says why a worker has left, or counts it as dead, and then returns nothing.
func (p *processes) farewell(w *worker, proc *process.Process, busy bool) string {
	code, _ := proc.ExitCode()
	if left := leavings[code]; left != "" && !busy && w.reason == "" {
		p.e.cfg.Logger.Debug("worker left", "worker", w.index, "pid", proc.PID(), "why", left)
		return left
	}
	p.e.stats.deaths.Add(1)
	p.e.cfg.Logger.Warn("worker died", "worker", w.index, "pid", proc.PID(), "reason", exitReason(w, proc))
	return ""
}

// idle reports whether no job is open.
func (p *processes) idle() bool {
	for _, j := range p.jobs {
		if j != nil {
			return false
		}
	}
	return true
}

// reap recovers what dead members held in either arena.
func (p *processes) reap() {
	for _, reap := range []func() (int, error){p.control.arena.Reap, p.e.arena.Reap} {
		if _, err := reap(); err != nil {
			p.e.cfg.Logger.Error("sweep after a death", "error", err)
		}
	}
}

// examine verifies both arenas after a crash below Go. What is damaged is not run over
// any more.
func (p *processes) examine() {
	err := p.e.verify()
	if cerr := p.control.arena.Verify(); errors.Is(cerr, shmarena.ErrCorrupt) {
		err = p.e.damaged(cerr)
	}
	if err == nil {
		return
	}
	for _, j := range p.jobs {
		if j != nil {
			j.fail(err)
			p.settle(j)
		}
	}
}

// replace starts a process in the place of one that died. The pool never
// breaks: where that does not work, the others go on and it is tried again
// later. Only when nobody is left do the jobs end.
func (p *processes) replace(w *worker, dead *process.Process) {
	w.failure = nil
	if w.stalls >= maxStalls {
		w.failure = fmt.Errorf("%w: worker %d died %d times before it was ready (%s): %s",
			ErrWorkerStart, w.index, w.stalls, exitReason(w, dead), dead.StderrTail())
	} else if w.failure = p.spawn(w); w.failure == nil {
		p.e.stats.restarts.Add(1)
		p.e.tasks.fail(p.e.damage.get())
		return
	}
	p.e.cfg.Logger.Error("worker not replaced, trying again later", "worker", w.index, "error", w.failure)
	p.watch.Go(func() { p.replaceLater(w, dead) })
	if p.alive() > 0 {
		return
	}
	for _, j := range p.jobs {
		if j != nil {
			j.fail(w.failure)
			p.settle(j)
		}
	}
	p.e.tasks.fail(w.failure)
	p.nudge()
}

// replaceLater tries again after a pause.
func (p *processes) replaceLater(w *worker, dead *process.Process) {
	select {
	case <-p.stop.Done():
		return
	case <-time.After(replacePause):
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closing && w.failure != nil { // it may have been let go, or revived, meanwhile
		w.stalls = 0
		p.replace(w, dead)
	}
}

// alive counts the workers that have a process.
func (p *processes) alive() (n int) {
	for _, w := range p.workers {
		if w.failure == nil && w.index < p.e.Workers() {
			n++
		}
	}
	return n
}

// recover deals with the partitions of j that the dead worker had.
func (p *processes) recover(j *job, w *worker, id futex.ID) {
	for i := range j.ledger {
		if e := j.ledger[i].load(); e.busy() && e.owner() == id {
			p.reoffer(j, w, i, e)
		}
	}
	// The dead worker may have finished a partition without counting it, or
	// claimed an index without marking it: from now on only the ledger counts.
	j.shared.noisy.Store(1)
	p.settle(j)
	if !j.ended {
		p.offer(j)
	}
}

// reoffer gives partition i to whoever takes it, if it may run again.
func (p *processes) reoffer(j *job, w *worker, i int, e entry) {
	lo, hi := j.span(i)
	dirty := e&begun != 0 && j.spec.retry == NoRetry
	if stride := int(j.shared.saveStride); e&begun != 0 && stride > 0 {
		area := p.memory[j.slot].saves.Part(w.index*stride, (w.index+1)*stride)
		copyColumns(j.columns, j.offsets, area, lo, hi, true)
	}
	j.poison.deaths++
	if dirty || e.attempt() >= j.tries(p.e.cfg.Retries) {
		j.ledger[i].swap(e, e.ended(failed))
		code, _ := w.proc.ExitCode()
		we := &WorkerError{
			Worker: w.index, PID: w.proc.PID(), ExitCode: code, Reason: exitReason(w, w.proc), Kernel: j.spec.name,
			Partition: i, Lo: lo, Hi: hi, Attempts: e.attempt() + 1, Dirty: dirty, Stderr: w.proc.StderrTail(), Fault: w.fault,
			poisoned: !dirty,
		}
		if dirty || j.spec.retry == NoRetry || p.e.cfg.Retries == 0 {
			j.fail(we)
		} else {
			j.poisoned(we)
		}
		return
	}
	j.ledger[i].swap(e, e.again())
	p.e.stats.retries.Add(1)
	p.e.cfg.Logger.Info("partition offered again", "kernel", j.spec.name, "partition", i, "attempt", e.attempt()+1)
}

func exitReason(w *worker, proc *process.Process) string {
	code, _ := proc.ExitCode()
	s := exitText(code, proc.ExitSignal())
	if what := crashOf(proc.CrashReport()).what; what != "" && code == exitPanic {
		s = what + ", " + s
	}
	if w.reason != "" {
		s += ", " + w.reason
	}
	return s
}
