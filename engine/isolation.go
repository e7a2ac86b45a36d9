package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/engine/process"
)

// isolationPlace makes an isolation when the first call comes.
type isolationPlace struct {
	mu   sync.Mutex
	made *isolation
	over bool
	last []LimitReport // as limits returned it last
}

// isolation is the processes of isolated calls, in the coordinator. Each has an
// exchange, which goes back when the process is dead and its caller has left.
type isolation struct {
	e       *Engine
	starter *process.Starter
	data    *os.File // the data arena, opened for reading only
	all     []*exchange
	free    chan *exchange
	busy    sync.WaitGroup // calls, and what they leave to be done
	stop    context.Context
	end     context.CancelFunc

	report atomic.Pointer[LimitReport] // of the process that reported last
}

const (
	// maxIsolated is how many isolated calls may run at once: their exchanges are open
	// files in each process.
	maxIsolated = 64
	// isolatedTries is how many processes may die before the function has begun.
	isolatedTries = 3
)

// get returns it, with a call counted that the caller ends.
func (at *isolationPlace) get(e *Engine) (*isolation, error) {
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.over {
		return nil, ErrClosed
	}
	if at.made == nil {
		if err := mayStart(); err != nil {
			return nil, err
		}
		p, err := newIsolation(e)
		if err != nil {
			return nil, err
		}
		at.made = p
	}
	at.made.busy.Add(1)
	return at.made, nil
}

// close kills what runs.
func (at *isolationPlace) close() error {
	at.limits()
	at.mu.Lock()
	p := at.made
	at.made, at.over = nil, true
	at.mu.Unlock()
	if p == nil {
		return nil
	}
	return p.close()
}

func newIsolation(e *Engine) (p *isolation, err error) {
	n := min(max(e.cfg.Workers, 1), maxIsolated)
	p = &isolation{e: e, free: make(chan *exchange, n)}
	p.stop, p.end = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
			p = nil
		}
	}()
	if p.data, err = os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", e.arena.File().Fd()), os.O_RDONLY, 0); err != nil {
		return p, err
	}
	for i := range n {
		x, err := newExchange(i)
		if err != nil {
			return p, err
		}
		p.all = append(p.all, x)
		p.free <- x
	}
	spares := min(e.cfg.Spares, n)
	p.starter, err = process.NewStarter(process.Config{
		Method: process.Standby, Spares: spares, Most: n + spares, Command: p.command(), Each: p.limit,
	})
	return p, err
}

// command is how the processes are started. The first file is the data arena, the
// others are the exchanges.
func (p *isolation) command() process.Command {
	c := process.Command{
		Name:            "engine/isolated",
		Env:             []string{"GOMAXPROCS=1", "GOMEMLIMIT=" + strconv.FormatInt(p.e.cfg.WorkerMemory, 10)},
		Files:           []*os.File{p.data},
		IgnoreInterrupt: true,
	}
	for _, x := range p.all {
		c.Files = append(c.Files, x.file)
	}
	if argv := p.e.cfg.Command; len(argv) > 0 {
		c.Path = argv[0] // its arguments come too late for a spare: Init runs first
	}
	return c
}

// call runs one call.
func (p *isolation) call(ctx context.Context, s *spec, args []byte) ([]byte, error) {
	for try := 1; ; try++ {
		c, err := p.begin(ctx, s, args)
		if err != nil {
			return nil, err
		}
		out, begun, err := c.outcome(ctx)
		if err == nil || begun || try == isolatedTries {
			return out, err
		}
	}
}

// A calling is one call under way, in one process.
type calling struct {
	*exchange
	p    *isolation
	spec *spec
	job  *process.Job
	dead chan struct{} // closed when the process is dead and the exchange says so
	was  uint32        // the state in which it died; read after dead
}

// begin hands a call to a process.
func (p *isolation) begin(ctx context.Context, s *spec, args []byte) (*calling, error) {
	x, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	var deadline int64
	if at, ok := ctx.Deadline(); ok {
		deadline = at.UnixNano()
	}
	c := &calling{exchange: x, p: p, spec: s, dead: make(chan struct{})}
	if err = x.fill(s, args, deadline); err == nil {
		_, hash := seal()
		c.job, err = p.starter.Start(ctx, isolatedEntry, strconv.Itoa(x.index), strconv.FormatUint(hash, 16), p.e.cfg.WorkerInit.String())
	}
	if err != nil {
		p.put(x)
		return nil, p.startError(ctx, err)
	}
	p.busy.Go(func() {
		<-c.job.Done()
		c.was = x.bury()
		close(c.dead)
	})
	return c, nil
}

// startError is err as a caller sees it.
func (p *isolation) startError(ctx context.Context, err error) error {
	switch {
	case p.stop.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errors.ErrUnsupported):
		return err
	}
	return fmt.Errorf("%w: %w", ErrWorkerStart, err)
}

// take waits for an exchange.
func (p *isolation) take(ctx context.Context) (*exchange, error) {
	select {
	case x := <-p.free:
		return x, nil
	default:
	}
	select {
	case x := <-p.free:
		return x, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.stop.Done():
		return nil, ErrClosed
	}
}

// put makes an exchange ready for the next call. One that cannot be emptied is lost.
func (p *isolation) put(x *exchange) {
	if err := x.clear(); err != nil {
		p.e.cfg.Logger.Error("an isolated call's memory cannot be given back", "error", err)
		return
	}
	p.free <- x
}

// outcome waits for the end of the call. begun is false if the process died before the
// function began.
func (c *calling) outcome(ctx context.Context) (out []byte, begun bool, err error) {
	state, err := c.await(ctx)
	patience := exitPatience
	switch {
	case err != nil:
		c.interrupt(err)
		patience, begun = c.p.e.cfg.Grace, true
	case state == callDone:
		out, err = c.value()
		begun = true
	default:
		<-c.dead
		begun, err = c.death()
	}
	c.p.note(c.head)
	c.p.busy.Go(func() { c.leave(patience) })
	return out, begun, err
}

// leave gives the exchange back once the process is dead.
func (c *calling) leave(patience time.Duration) {
	t := time.AfterFunc(patience, func() { _ = c.job.Kill() })
	<-c.dead
	t.Stop()
	c.p.put(c.exchange)
}

// value is what the function returned.
func (c *calling) value() ([]byte, error) {
	kind, out, err := c.result()
	if err != nil || kind == recordValue {
		return out, err
	}
	return nil, c.failure(kind, out)
}

// close kills all processes, and returns when they are dead.
func (p *isolation) close() (err error) {
	p.end()
	if p.starter != nil {
		err = p.starter.Close()
	}
	p.busy.Wait()
	for _, x := range p.all {
		err = errors.Join(err, x.close())
	}
	if p.data != nil {
		err = errors.Join(err, p.data.Close())
	}
	return errors.Join(err, p.e.cfg.Limits.Remove(2*maxIsolated, isolatedCgroup()))
}
