package engine

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/words"
)

// goroutines runs jobs on goroutines of this process: the same kernels over the
// same partitions, merged in the same tree, as in worker processes.
type goroutines struct {
	e      *Engine
	ctx    context.Context // ends with the engine
	cancel context.CancelFunc
	mu     sync.RWMutex // held shared by running jobs, so that close waits for them
	hands  *hands
}

func newGoroutines(e *Engine) *goroutines {
	ctx, cancel := context.WithCancel(context.Background())
	e.tasks = newTasks(e, new(taskBoard), nil)
	g := &goroutines{e: e, ctx: ctx, cancel: cancel, hands: newHands(e.tasks)}
	e.tasks.crew = g.hands
	return g
}

func (g *goroutines) close() error {
	g.cancel()
	g.dismiss()
	g.mu.Lock()
	defer g.mu.Unlock()
	return nil
}

// localJob is a job whose ledger is one counter: nobody dies.
type localJob struct {
	*request
	partials []byte
	stride   int
	next     atomic.Int64
	left     atomic.Int64 // partitions not yet done
	cancel   atomic.Uint32
	once     sync.Once
	err      error
}

func (g *goroutines) run(ctx context.Context, r *request) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	stride := r.spec.stride()
	j := &localJob{request: r, stride: stride, partials: words.Aligned(stride * r.parts)}
	defer context.AfterFunc(ctx, func() { j.end(ctx.Err()) })()
	defer context.AfterFunc(g.ctx, func() { j.end(ErrClosed) })()

	j.left.Store(int64(r.parts))
	r.gauge.follow(&j.left)
	var wg sync.WaitGroup
	for w := range min(g.e.Workers(), r.parts) {
		wg.Go(func() { j.work(w, &g.hands.all[w].slot.workerStats) })
	}
	wg.Wait()
	r.gauge.drop(j.cancel.Load() == 0)
	if j.end(nil); j.err != nil {
		return fmt.Errorf("run %s: %w", r.spec.name, j.err)
	}
	if r.collect != nil {
		r.collect(j.partials, stride, r.parts)
	}
	return nil
}

// end ends the job with err, unless it has ended.
func (j *localJob) end(err error) {
	j.once.Do(func() {
		j.err = err
		j.cancel.Store(1)
	})
}

// work runs partitions until none is left.
func (j *localJob) work(worker int, stats *workerStats) {
	run := j.spec.fresh()
	run.bind(j.args)
	t := Task{worker: worker, cancel: &j.cancel}
	for j.cancel.Load() == 0 {
		i := int(j.next.Add(1)) - 1
		if i >= j.parts {
			return
		}
		lo, hi := j.span(i)
		t.partition = i
		t.begin(lo, hi)
		fail := func(f *failure) { j.end(f.taskError(j.spec.name, i, lo, hi)) }
		f := call(run, &t, j.partials[i*j.stride:(i+1)*j.stride],
			func() { fail(&failure{kind: failError, text: goexitText}) })
		if f != nil {
			stats.failed.Add(1)
			fail(f)
			return
		}
		stats.done(j.spec, hi-lo)
		j.left.Add(-1)
	}
}
