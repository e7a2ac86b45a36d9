package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/ringbuf"
	"github.com/shmengine/shmengine/shmarena"
)

// processes is the pool of worker processes, in the coordinator.
type processes struct {
	e       *Engine
	control control

	free   *freeSlots // closed, and nobody looks at them
	active sync.WaitGroup
	watch  sync.WaitGroup // one for each goroutine that waits for a process or an event
	stop   context.Context
	end    context.CancelFunc

	mu      sync.Mutex
	workers []*worker
	jobs    [maxJobs]*job
	memory  [maxJobs]slotMemory
	at      [maxWorkers]atomic.Pointer[worker] // the same workers, for those without mu
	changed chan struct{}                      // closed when a worker has come or gone; nil if nobody waits
	closing bool
	closed  bool          // the control arena is gone
	reports []LimitReport // as they were then

	vacant atomic.Int32 // workers without a process that may be wanted again
}

// A worker is one worker process as the coordinator sees it; replacements take
// over its index.
type worker struct {
	index   int
	proc    *process.Process
	queue   *ringbuf.SPSC[descriptor]
	ring    *ringbuf.Producer[descriptor]
	pushing sync.Mutex // held by whoever uses ring
	reason  string     // why it was killed, if it was
	fault   *Fault     // of its last process

	vacant  bool  // it has no process, and is to have none for now
	stalls  int   // deaths in a row before it was ready
	failure error // why it has no process

	seen   uint64 // the claim that the deadline watch saw last, and since when
	seenAt time.Time
}

// exitPatience is how long an idle worker may take to end when it is told to.
const exitPatience = 2 * time.Second

func startProcesses(ctx context.Context, e *Engine) (_ pool, err error) {
	_, hash := seal()
	c, err := newControl(e.Workers(), hash, e.cfg.Name)
	if err != nil {
		return nil, err
	}
	p := &processes{e: e, control: c, free: newFreeSlots(maxJobs)}
	if !e.cfg.Limits.IsZero() {
		if p.control.reports, err = shmarena.Alloc[byte](c.arena, reportSize*maxWorkers); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	e.tasks = newTasks(e, c.tasks(), p)
	if e.cfg.IdleTimeout > 0 {
		e.tasks.lack = p.rouse
	}
	e.tasks.helps, e.tasks.helped, e.tasks.cpus = e.cfg.Help, &c.helped, runtime.NumCPU()
	p.stop, p.end = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if err := p.hireAll(); err != nil {
		return nil, err
	}
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	p.watch.Go(p.listen) // from now on the only one that sleeps on events
	if e.cfg.PartitionTimeout > 0 {
		p.watch.Go(p.patrol)
	}
	return p, nil
}

func (p *processes) hireAll() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hireTo(p.e.Workers())
}

// hire makes worker i's end of its ring and starts its process.
func (p *processes) hire(i int) (*worker, error) {
	if err := p.control.addRing(i); err != nil {
		return nil, err
	}
	queue, err := ringbuf.NewSPSC[descriptor](p.control.ring(i), ringSlots)
	if err != nil {
		return nil, err
	}
	w := &worker{index: i, queue: queue}
	if w.ring, err = queue.Producer(p.control.arena.Member()); err != nil {
		return nil, err
	}
	return w, p.spawn(w)
}

// spawn starts a process for w and watches it.
func (p *processes) spawn(w *worker) error {
	p.control.worker[w.index].leave.Store(0)
	proc, err := process.Start(p.command(w.index))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWorkerStart, err)
	}
	w.proc, w.reason, w.seen, w.vacant = proc, "", 0, false
	p.watch.Go(func() {
		<-proc.Done()
		p.died(w, proc)
	})
	return nil
}

// ready waits until every worker has attached.
func (p *processes) ready(ctx context.Context) error {
	for {
		events := p.control.events.Load()
		n, err := p.attached()
		if err != nil || n == len(p.workers) {
			return err
		}
		if err := futex.Wait(ctx, &p.control.events, events); err != nil && !errors.Is(err, futex.ErrAgain) {
			return fmt.Errorf("%w: %d of %d are ready: %w; does main call engine.Init first?",
				ErrWorkerStart, n, len(p.workers), err)
		}
	}
}

// attached counts the workers that are ready.
func (p *processes) attached() (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range p.workers {
		switch p.control.worker[i].state.Load() {
		case stateReady:
			n++
		case stateRefused:
			return n, fmt.Errorf("%w: it is another program, or registers other kernels", ErrWorkerStart)
		case stateNone:
			if w.vacant { // it was ready, and had nothing to do
				n++
			}
		}
		if w.failure != nil {
			return n, w.failure
		}
	}
	return n, nil
}

// listen looks at jobs and tasks whenever a worker has news.
//
//	listener:  drowsy = 1;  look at events;  sleep
//	worker:    events + 1;  look at drowsy;  wake
func (p *processes) listen() {
	for p.stop.Err() == nil {
		events := p.control.events.Load()
		p.review()
		p.e.tasks.hear()
		p.control.drowsy.Store(1)
		_ = futex.Wait(p.stop, &p.control.events, events)
		p.control.drowsy.Store(0)
	}
}

func (p *processes) review() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.announce()
	for _, j := range p.jobs {
		if j != nil && j.news() {
			p.settle(j)
		}
	}
}

// close ends the jobs, then the workers, then the control arena.
func (p *processes) close() error {
	p.mu.Lock()
	p.closing = true
	for _, j := range p.jobs {
		if j != nil {
			j.fail(ErrClosed)
			p.settle(j)
		}
	}
	p.mu.Unlock()
	p.e.tasks.close(ErrClosed, true)
	p.active.Wait()
	_ = p.e.tasks.drain(context.Background())
	p.mu.Lock()
	p.announce()
	for _, w := range p.workers { // nobody is hired any more
		_ = w.queue.Close()
	}
	p.mu.Unlock()
	p.dismiss()
	p.end()
	p.nudge()
	p.watch.Wait()
	p.e.tasks.leave()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.e.stats.last, p.e.stats.helper = p.counts(), p.control.helped.seen(helperIndex)
	p.reports = p.readReports()
	p.closed = true
	return errors.Join(p.control.close(), p.e.cfg.Limits.Remove(len(p.workers), cgroupName()))
}

// pids returns the worker processes; running ones only, if asked.
func (p *processes) pids(running bool) (pids []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range p.workers {
		if p.closed || !w.proc.Alive() || running && p.control.worker[i].running.Load()&1 == 0 {
			continue
		}
		pids = append(pids, w.proc.PID())
	}
	return pids
}

// dismiss waits for the workers to end, and kills those that do not.
func (p *processes) dismiss() {
	ctx, cancel := context.WithTimeout(context.Background(), exitPatience)
	defer cancel()
	for _, w := range p.workers {
		if w.proc.Join(ctx) != nil {
			_ = w.proc.Kill()
			<-w.proc.Done()
		}
	}
}

// nudge makes listen look again.
func (p *processes) nudge() {
	p.control.events.Add(1)
	futex.Wake(&p.control.events, 1)
}
