package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// inputs is how many arrays the jobs work on, in turn: as many as make each kind of job
// meet each of them.
const inputs = 5

// attempts are without limit: a plan has few for each piece, but strikes come on top.
const attempts = 10_000

// atOnce is how many jobs run at once.
const atOnce = 2

// run is one Run in progress.
type run struct {
	Options
	plan   plan
	tag    string // in the names of this run's arenas
	engine *engine.Engine
	board  board
	inputs [inputs]shmarena.Array[uint64]
	plain  []uint64 // what the inputs begin with, in this process's own memory
	ear    ear

	panics, workerErrors atomic.Uint64 // that jobs failed of, as was planned
	spaces               atomic.Uint64 // times that there was no memory, as was meant

	mu    sync.Mutex
	next  uint64
	done  [len(kindNames)]int
	wrong []string
}

// kindNames are those of kinds, and of what comes on top.
var kindNames = [...]string{"map", "reduce", "kernel in place", "kernel without retry", "futures", "map of tasks", "no memory"}

const noMemory = len(kindNames) - 1

// Run breaks things. A report with Wrong or Left in it is returned with report.ErrWrong.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	r := &run{Options: o, plan: newPlan(o.Seed, o.Kill, o.Stop, o.Segv), tag: "chaos-" + strconv.Itoa(os.Getpid())}
	return r.main(ctx)
}

func (r *run) main(ctx context.Context) (*Report, error) {
	if err := r.warmUp(ctx); err != nil {
		return nil, report.Cannot(err)
	}
	before := leftovers()
	rep := &Report{Meta: report.NewMeta(Suite, r.settings())}
	if r.Begin != nil {
		r.Begin(rep.Meta)
	}
	begin := time.Now()
	if err := r.work(ctx, rep); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	rep.Took = time.Since(begin)
	rep.Left = append(more(before), names(r.tag)...)
	return rep, r.finish(rep)
}

// warmUp makes what the runtime keeps for good, so that it is not taken for left.
func (r *run) warmUp(ctx context.Context) error {
	e, err := engine.Start(ctx, engine.Config{Workers: 1, ArenaSize: 1 << 20})
	if err != nil {
		return err
	}
	return e.Close()
}

// work is everything between the two looks at what there is.
func (r *run) work(ctx context.Context, rep *Report) (err error) {
	if err := r.start(ctx); err != nil {
		return report.Cannot(err)
	}
	defer func() { err = errors.Join(err, r.engine.Arena().Unlink(), r.engine.Close()) }()
	if err := errors.Join(r.all(ctx, rep), ctx.Err()); err != nil {
		return err
	}
	if r.NoSpace {
		rep.Full, err = r.fullShm(ctx)
	}
	r.count(rep)
	return err
}

// start starts the engine, whose arena has a name, and fills the inputs.
func (r *run) start(ctx context.Context) (err error) {
	r.engine, err = engine.Start(ctx, engine.Config{
		Workers: r.Workers, Name: r.tag, ArenaSize: 256 << 20, Retries: attempts,
		PartitionTimeout: r.Timeout, Logger: slog.New(&r.ear),
	})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.engine.Arena().Unlink(), r.engine.Close())
		}
	}()
	r.plain = make([]uint64, mostLeaves*engine.LeafRows)
	for i := range r.plain {
		r.plain[i] = mix(r.Seed ^ uint64(i))
	}
	for i := range r.inputs {
		if r.inputs[i], err = shmarena.CopyIn(r.engine.Arena(), r.plain[:r.rows(uint64(i))]); err != nil {
			return err
		}
	}
	r.board, err = shmarena.Alloc[uint64](r.engine.Arena(), boardWords)
	return err
}

// all runs jobs, some at once, until it is over, while workers are struck from outside.
func (r *run) all(ctx context.Context, rep *Report) error {
	over, stop := context.WithCancel(ctx)
	if r.Duration > 0 {
		over, stop = context.WithTimeout(ctx, r.Duration)
	}
	defer stop()
	struck := make(chan error, 1)
	go func() { struck <- r.strikes(over, rep) }()
	errs := make(chan error, atOnce)
	for range atOnce {
		go func() { errs <- r.jobs(ctx, over) }()
	}
	var err error
	for range atOnce {
		err = errors.Join(err, <-errs)
	}
	stop()
	return errors.Join(err, <-struck)
}

// jobs runs one job after the other; the last one is finished.
func (r *run) jobs(ctx, over context.Context) error {
	for over.Err() == nil {
		r.mu.Lock()
		job := r.next
		r.next++
		r.mu.Unlock()
		if r.Jobs > 0 && job >= uint64(r.Jobs) {
			return nil
		}
		if err := r.job(ctx, job); err != nil {
			return fmt.Errorf("job %d: %w", job, err)
		}
		r.progress(over, int(job))
	}
	return nil
}

// progress tells how many jobs are done, or how much of the time is over.
func (r *run) progress(over context.Context, job int) {
	if r.Progress == nil {
		return
	}
	r.mu.Lock() // one call at a time
	defer r.mu.Unlock()
	if r.Jobs > 0 {
		r.Progress(job+1, r.Jobs)
	} else if end, ok := over.Deadline(); ok {
		r.Progress(int(r.Duration-max(0, time.Until(end))), int(r.Duration))
	}
}

// job runs one job, and writes down what is wrong with it.
func (r *run) job(ctx context.Context, job uint64) error {
	kind := int(job % uint64(len(kinds)))
	v, err := kinds[kind].run(r, ctx, job)
	if err == nil && r.NoSpace && kind == 0 {
		var nv verdict
		if nv, err = r.noSpace(ctx); err == nil {
			r.note(noMemory, job, nv)
		}
	}
	if err != nil {
		return err
	}
	r.note(kind, job, v)
	return nil
}

func (r *run) note(kind int, job uint64, v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[kind]++
	if v != "" {
		r.wrong = append(r.wrong, fmt.Sprintf("job %d (%s): %s", job, kindNames[kind], v))
	}
}

// count fills in what the run has counted.
func (r *run) count(rep *Report) {
	s := r.engine.Stats()
	rep.Retries, rep.Deaths, rep.Restarts = s.Retries, s.Deaths, s.Restarts
	for f := kill; f < faultKinds; f++ {
		rep.Injected = append(rep.Injected, injected(r.board, f))
		rep.Hit = append(rep.Hit, r.ear.hits[f].Load())
	}
	rep.Hit[softFault-1] = r.panics.Load()
	rep.Other = r.ear.hits[none].Load()
	rep.WorkerErrors, rep.Panics, rep.Spaces = r.workerErrors.Load(), r.panics.Load(), r.spaces.Load()
	rep.Jobs, rep.Wrong = r.done[:], r.wrong
}

// finish emits the figures and says whether all is well.
func (r *run) finish(rep *Report) error {
	for _, m := range rep.measurements() {
		if r.Measured != nil {
			r.Measured(m)
		}
	}
	if len(rep.Wrong)+len(rep.Left) > 0 || rep.missed() != "" {
		return fmt.Errorf("%w: %d wrong answers, %d things left behind %s", report.ErrWrong, len(rep.Wrong), len(rep.Left), rep.missed())
	}
	return nil
}

// settleFor is how long what an engine has closed may take to be gone.
const settleFor = 5 * time.Second

// more is what there is more of than before.
func more(before map[string]int) (list []string) {
	for end := time.Now().Add(settleFor); ; time.Sleep(20 * time.Millisecond) {
		list = nil
		for what, n := range leftovers() {
			if n > before[what] {
				list = append(list, fmt.Sprintf("%d of: %s", n-before[what], what))
			}
		}
		if len(list) == 0 || time.Now().After(end) {
			return list
		}
	}
}
