package engine

import (
	"fmt"
	"os"

	"github.com/shmengine/shmengine/internal/words"
)

// bound is a kernel in a worker, with the arguments of a job bound.
type bound struct {
	spec    *spec
	args    []byte // the job's, copied
	run     runner
	columns []column // in args

	*jobSlot
	ledger   []ledgerEntry
	partials []byte
	offsets  []int
	save     []byte // this worker's save area; empty when nothing is saved
	guarded  bool   // the ledger must say when the kernel begins
}

// claim takes a pending partition: the first at or after *from, round the
// ledger, and leaves *from behind it.
func (w *member) claim(s *jobSlot, from *int) (i int, e entry, ok bool) {
	if s.cancel.Load() != 0 {
		return 0, 0, false
	}
	ledger := w.ledger(s)
	for range ledger {
		i := *from
		if i >= len(ledger) {
			i = 0
		}
		*from = i + 1
		reach("next")
		if e, ok := w.take(&ledger[i]); ok {
			return i, e, true
		}
	}
	return 0, 0, false
}

// start is where this worker begins in a ledger: each at a share of its own, so
// that it meets the same rows in job after job, whose pages it has mapped and may
// find in its caches, and so that the claims of two workers rarely touch one
// cache line. Whoever is done with its share goes on with what is left of others'.
func (w *member) start(s *jobSlot) int {
	return int(uint64(w.index) * uint64(s.parts) / uint64(max(w.control.workers.Load(), 1)))
}

// take is the claim.
func (w *member) take(l *ledgerEntry) (entry, bool) {
	e := l.load()
	if e.state() != pending {
		return 0, false
	}
	mine := e.claimed(w.id)
	return mine, l.swap(e, mine)
}

func (w *member) ledger(s *jobSlot) []ledgerEntry {
	all := s.ledger.Slice()
	return all[:min(int(s.parts), len(all))]
}

// bind finds the kernel of s and binds its arguments.
func (w *member) bind(s *jobSlot) *bound {
	b := w.kernel(s.kernel)
	copy(b.args, s.args[:])
	b.run.bind(b.args)
	b.jobSlot, b.ledger, b.partials = s, w.ledger(s), s.partials.Slice()
	b.offsets, b.save, b.guarded = nil, nil, b.spec.retry == NoRetry
	if n := int(s.saveStride); n > 0 {
		b.offsets, _ = columnsLayout(b.columns, int(s.size))
		b.save = s.saves.Part(w.index*n, (w.index+1)*n)
		b.guarded = true
	}
	return b
}

// kernel returns what this worker keeps of a kernel: jobs leave no garbage.
func (w *member) kernel(index uint32) *bound {
	if w.bounds[index] == nil {
		spec := w.specs[index]
		args := words.Aligned(int(spec.plan.size))
		w.bounds[index] = &bound{spec: spec, args: args, run: spec.fresh(), columns: spec.plan.of(args)}
	}
	return w.bounds[index]
}

// partition runs partition i, which this worker has claimed as e.
func (w *member) partition(b *bound, i int, e entry) {
	w.self.begin(0)
	defer w.self.end()
	if e.attempt() > 0 {
		w.self.again.Add(1)
	}
	reach("claimed")
	lo, hi := span(i, int(b.first), int(b.size), int(b.rows))
	if b.guarded {
		if len(b.save) > 0 {
			copyColumns(b.columns, b.offsets, b.save, lo, hi, false)
		}
		reach("saved")
		e = w.move(&b.ledger[i], e, e|begun)
	}
	t := &w.task
	part := i
	if b.whole != 0 {
		part = int(b.whole) - 1
	}
	*t = Task{partition: part, attempt: e.attempt(), worker: w.index, cancel: &b.cancel}
	t.begin(lo, hi)
	stride := int(b.partStride)
	f := call(b.run, t, b.partials[i*stride:(i+1)*stride], exitByGoexit)
	reach("output")
	if f == nil {
		w.finish(b, i, e, hi-lo)
		return
	}
	w.self.failed.Add(1)
	if b.cancel.Load() == 0 {
		b.report(i, f)
	}
	w.move(&b.ledger[i], e, e.ended(failed))
	w.signal()
}

// workerSlot.running, from low to high: whether the worker is in a partition or a task,
// how many tasks of its cell it has begun, and how often it has begun anything.
const (
	inBit      = 1
	begunShift = 1
	begunMask  = 1<<16 - 1
	claimShift = 17
)

// begin says that this worker is in a partition, or in the task of a cell that has this
// number, from 1 on. The results of the tasks before it are there. Whoever watches for a
// deadline tells one claim from the next by their count.
func (s *workerSlot) begin(task int) {
	claims := s.running.Load()>>claimShift + 1
	s.running.Store(claims<<claimShift | uint64(task)<<begunShift | inBit)
}

// end says that it is not any more.
func (s *workerSlot) end() { s.running.Store(s.running.Load() &^ inBit) }

// begunOf is how many tasks of its cell a worker has begun, by its running word.
func begunOf(running uint64) int {
	if running&inBit == 0 {
		return 0
	}
	return int(running >> begunShift & begunMask)
}

// finish marks partition i, of so many rows, done, and tells the coordinator of the last one, if it
// sleeps.
func (w *member) finish(b *bound, i int, e entry, rows int) {
	w.move(&b.ledger[i], e, e.ended(done))
	reach("done")
	w.self.done(b.spec, rows)
	last := b.remaining.Add(-1) <= 0 // pairs with processes.await
	reach("counted")
	if last && b.asleep.Load() != 0 || b.noisy.Load() != 0 || b.cancel.Load() != 0 {
		w.signal()
	}
}

// move is a step of an entry that this worker owns. It fails only if the
// coordinator is revoking it, in which case SIGKILL is on its way and nothing
// may be touched any more.
func (w *member) move(l *ledgerEntry, from, to entry) entry {
	if !l.swap(from, to) {
		waitForDeath()
	}
	return to
}

// report leaves f for the coordinator, unless another worker was first, and
// cancels the job.
func (b *bound) report(i int, f *failure) {
	if b.failed.CompareAndSwap(0, 1) {
		b.errPart, b.errKind = uint32(i), f.kind
		b.errLen = uint32(copy(b.errText[:], f.text))
		b.failed.Store(2)
	}
	b.cancel.Store(1)
}

func exitByGoexit() {
	fmt.Fprintln(os.Stderr, "engine: a kernel", goexitText)
	os.Exit(exitGoexit)
}

// onReach is called when a worker reaches a named point; tests set it.
var onReach func(point string)

func reach(point string) {
	if onReach != nil {
		onReach(point)
	}
}
