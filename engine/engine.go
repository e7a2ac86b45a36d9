package engine

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// An Engine is a data arena and the workers that run kernels over its arrays.
// It is safe for use by many goroutines at once.
type Engine struct {
	cfg   Config
	arena *shmarena.Arena
	pool  pool
	tasks *tasks

	size      atomic.Int32 // how many workers there are to be
	isolation isolationPlace
	damage    damage

	jobs   runningJobs
	closed atomic.Bool
	stats  counters
	meter  *meter // nil without Config.Progress
}

// A pool is what runs jobs: processes or goroutines.
type pool interface {
	run(ctx context.Context, r *request) error
	resize(ctx context.Context, n int) error
	close() error
}

// A request is a job as its caller sees it.
type request struct {
	spec    *spec
	args    []byte
	rows    int // -1: as many as the columns have
	shift   uint
	parts   int
	gauge   *gauge // nil without Config.Progress
	first   int    // row
	size    int    // rows of a partition
	piece   *piece
	collect func(partials []byte, stride, n int) // gets the partial results in order; may be nil
}

// Start makes an arena and starts workers; it returns when all of them are
// ready. ctx bounds the start only.
//
// Errors: [ErrNoInit] and [ErrNested] before anything is started,
// [ErrWorkerStart] with what the worker said, [shmarena.ErrNoSpace], and
// errors.ErrUnsupported where the system has no shared memory of our kind.
func Start(ctx context.Context, cfg Config) (*Engine, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := kernels.Check(); err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	cfg = cfg.withDefaults()
	if cfg.Mode == Processes {
		if err := mayStart(); err != nil {
			return nil, err
		}
	}
	seal()
	arena, err := newArena(cfg)
	if err != nil {
		return nil, fmt.Errorf("start engine: %w", err)
	}
	e := &Engine{cfg: cfg, arena: arena}
	e.stats.started = time.Now()
	if cfg.Progress != nil {
		e.meter = newMeter(cfg.Progress)
	}
	e.size.Store(int32(cfg.Workers))
	if err := e.hire(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start engine: %w", err), unname(arena), e.abandon())
	}
	return e, nil
}

// abandon is Close for an engine that may have no workers yet.
func (e *Engine) abandon() error {
	if e.pool == nil {
		return e.arena.Close()
	}
	return e.Close()
}

// hire starts the workers.
func (e *Engine) hire(ctx context.Context) (err error) {
	if e.cfg.Mode == Goroutines {
		g := newGoroutines(e)
		e.pool = g
		return g.hire()
	}
	if e.cfg.Help {
		if err := e.cfg.WorkerInit.run(); err != nil {
			return err
		}
	}
	p, err := startProcesses(ctx, e)
	if err == nil {
		e.pool = p
	}
	return err
}

// dataMembers is how many processes may have the data arena: all workers that there can
// be, others that take the places of some that have just died, and guests.
const dataMembers = 2*maxWorkers + 64

// unname removes the name of the arena of an engine that did not start: nobody would, and
// the next one with this name would find it taken.
func unname(a *shmarena.Arena) error {
	if a.Name() == "" {
		return nil
	}
	return a.Unlink()
}

// newArena makes the data arena.
func newArena(cfg Config) (*shmarena.Arena, error) {
	opts := shmarena.Options{Name: cfg.Name, Size: cfg.ArenaSize, Backing: cfg.Backing, MaxMembers: dataMembers}
	if opts.Size > 0 {
		return shmarena.Create(opts)
	}
	opts.Size = defaultArena
	return createUpTo(opts)
}

// createUpTo makes an arena of opts.Size bytes, or of as many as the machine
// has: an arena takes memory only as it is used, but it is refused if it could
// not be filled.
func createUpTo(opts shmarena.Options) (*shmarena.Arena, error) {
	const least = 1 << 20
	for {
		a, err := shmarena.Create(opts)
		if !errors.Is(err, shmarena.ErrNoSpace) || opts.Size <= least {
			return a, err
		}
		opts.Size /= 2
	}
}

// Arena returns the data arena. It is closed by [Engine.Close].
func (e *Engine) Arena() *shmarena.Arena { return e.arena }

// Workers returns the number of workers that there are to be: Config.Workers, or what
// [Engine.Resize] was last asked for.
func (e *Engine) Workers() int { return int(e.size.Load()) }

// Close ends running jobs with [ErrClosed], stops the workers and closes the
// arena. A second Close does nothing.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	return errors.Join(e.isolation.close(), e.pool.close(), e.arena.Close())
}

// taskBoard is where tasks are submitted.
func (e *Engine) taskBoard() (*tasks, error) {
	if e == nil {
		return nil, ErrClosed
	}
	return e.tasks, nil
}

// run checks r, cuts it into partitions, and runs it.
func (e *Engine) run(ctx context.Context, r *request) error {
	if e == nil || e.closed.Load() {
		return fmt.Errorf("run %s: %w", r.spec.name, ErrClosed)
	}
	if err := e.damage.get(); err != nil {
		return fmt.Errorf("run %s: %w", r.spec.name, err)
	}
	if err := e.jobs.begin(); err != nil {
		return fmt.Errorf("run %s: %w", r.spec.name, err)
	}
	defer e.jobs.end()
	rows, err := r.spec.plan.check(r.spec.plan.of(r.args))
	if err != nil {
		return fmt.Errorf("run %s: %w", r.spec.name, err)
	}
	if r.rows < 0 {
		r.rows = max(rows, 0)
	}
	if rows >= 0 && rows != r.rows {
		return fmt.Errorf("run %s: %w: %d rows asked, columns have %d", r.spec.name, ErrLength, r.rows, rows)
	}
	if err := ctx.Err(); err != nil || r.rows == 0 {
		return err
	}
	if r.shift, r.parts = partition(r.rows, e.Workers()); e.cfg.PartitionRows > 0 {
		r.shift, r.parts = cut(r.rows, e.cfg.PartitionRows)
	}
	r.size = LeafRows << r.shift
	e.stats.jobs.Add(1)
	defer e.meter.leave(e.meter.enter(r))
	return e.pool.run(ctx, r)
}

// partsPerWorker is how many partitions a worker gets at least, where there
// are enough leaves: the last one to finish keeps the others waiting for half a
// partition on average, so 128 cost 0.4 %; a claim costs less than a
// microsecond.
const partsPerWorker = 128

// partition cuts rows into parts runs of 1<<shift leaves. Only the power is
// chosen, so that a partition is one node of the merge tree.
func partition(rows, workers int) (shift uint, parts int) {
	leaves := (rows-1)/LeafRows + 1
	for leaves>>(shift+1) >= workers*partsPerWorker || leaves>>shift >= maxParts {
		shift++
	}
	return shift, (leaves-1)>>shift + 1
}

// cut is partition with partitions of so many rows, or more if there were too many.
func cut(rows, each int) (shift uint, parts int) {
	leaves := (rows-1)/LeafRows + 1
	shift = uint(bits.TrailingZeros(uint(each / LeafRows)))
	for leaves>>shift >= maxParts {
		shift++
	}
	return shift, (leaves-1)>>shift + 1
}

// span returns the rows of partition i.
func (r *request) span(i int) (lo, hi int) { return span(i, r.first, r.size, r.rows) }

func span(i, first, size, rows int) (lo, hi int) {
	return first + i*size, first + min((i+1)*size, rows)
}

// stride is the distance of partial results: whole cache lines, so that
// neighbours do not share one.
func (s *spec) stride() int { return (int(s.partial) + 63) &^ 63 }
