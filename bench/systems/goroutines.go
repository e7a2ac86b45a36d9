package systems

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
)

// goroutines is the job on goroutines of this process, over ordinary slices:
// an atomic counter hands out the leaves.
type goroutines struct {
	name    string
	workers int
}

// NewGoroutines returns the system that runs workers goroutines.
func NewGoroutines(workers int) System { return &goroutines{Goroutines, workers} }

// NewSingle returns the system that runs one goroutine.
func NewSingle() System { return &goroutines{Single, 1} }

func (g *goroutines) Name() string { return g.name }
func (g *goroutines) PIDs() []int  { return nil }
func (g *goroutines) Close() error { return nil }

func (g *goroutines) Prepare(_ context.Context, c flights.Columns) (Job, error) {
	return &goroutinesJob{g.workers, c, make([]byhour.Partial, byhour.Leaves(c.Len()))}, nil
}

type goroutinesJob struct {
	workers int
	table   flights.Columns
	leaves  []byhour.Partial
}

func (j *goroutinesJob) Close() error      { return nil }
func (j *goroutinesJob) UserCopied() int64 { return 0 }

func (j *goroutinesJob) Run(ctx context.Context) (*byhour.Partial, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, j.workers)
	for i := range j.workers - 1 {
		wg.Go(func() { errs[i] = j.work(ctx, &next) })
	}
	errs[j.workers-1] = j.work(ctx, &next)
	wg.Wait()
	return fold(ctx, j.leaves, errs)
}

// fold is the end of a job: the answer, or the first error.
func fold(ctx context.Context, leaves []byhour.Partial, errs []error) (*byhour.Partial, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	p := byhour.Fold(leaves)
	return &p, nil
}

// work takes leaves until there are none.
func (j *goroutinesJob) work(ctx context.Context, next *atomic.Int64) error {
	var s byhour.Scratch
	for ctx.Err() == nil {
		i := int(next.Add(1)) - 1
		if i >= len(j.leaves) {
			return nil
		}
		if err := s.Accumulate(&j.leaves[i], j.table.Part(byhour.Leaf(i, j.table.Len()))); err != nil {
			return err
		}
	}
	return nil
}
