package dispatch

import (
	"context"
	"errors"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

var tripleFunc = engine.NewFunc("dispatch/triple", func(_ context.Context, x uint64) (uint64, error) { return triple(x), nil }, engine.Idempotent)

// sumArgs are of a job whose partitions are leaves that stand for so many numbers each:
// the engine cuts a job at leaves, and this is how a partition can have any size.
type sumArgs struct {
	Array shmarena.Array[float64]
	Sums  shmarena.Array[float64]
	Each  int64
}

var sumKernel = engine.NewKernel("dispatch/sum", engine.Idempotent, func(t *engine.Task, a sumArgs) error {
	i, each := t.Partition(), int(a.Each)
	a.Sums.Part(i, i+1)[0] = kernels.Sum(a.Array.Part(i*each, (i+1)*each))
	return nil
})

// An enginePair is the engine as a system: with as many workers as a case asks for.
type enginePair struct {
	one, two    *engine.Engine // two: or one and its helper
	array, sums shmarena.Array[float64]
}

// newEngines starts the engines; bytes is of the array, 0 without one.
func newEngines(ctx context.Context, help bool, bytes int) (_ *enginePair, err error) {
	p := &enginePair{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.one, err = engine.Start(ctx, engine.Config{Workers: 1}); err != nil {
		return nil, err
	}
	workers := 2
	if help {
		workers = 1
	}
	if p.two, err = engine.Start(ctx, engine.Config{Workers: workers, Help: help, PartitionRows: engine.LeafRows}); err != nil || bytes == 0 {
		return p, err
	}
	if p.array, err = shmarena.Alloc[float64](p.two.Arena(), bytes/8); err != nil {
		return nil, err
	}
	fill(p.array.Slice())
	p.sums, err = shmarena.Alloc[float64](p.two.Arena(), bytes/smallestPart)
	return p, err
}

func (p *enginePair) close() error {
	var errs []error
	for _, e := range []*engine.Engine{p.one, p.two} {
		if e != nil {
			errs = append(errs, e.Close())
		}
	}
	return errors.Join(errs...)
}

func (p *enginePair) measure(ctx context.Context, j job) (*sample, error) {
	switch j.kind {
	case kindRoundtrip:
		return j.timed(ctx, func(i uint64) (uint64, error) {
			f, err := tripleFunc.Submit(ctx, p.one, i)
			if err != nil {
				return 0, err
			}
			return f.Result(ctx)
		})
	case kindForkJoin:
		return j.timed(ctx, func(i uint64) (uint64, error) { return p.forkJoin(ctx, i) })
	case kindStream:
		return j.counted(ctx, chunk, func(from, n uint64) (uint64, error) { return p.stream(ctx, from, n) })
	case kindBatch:
		return j.counted(ctx, 8*chunk, func(from, n uint64) (uint64, error) { return p.batch(ctx, from, n) })
	}
	return j.counted(ctx, 1, func(_, _ uint64) (uint64, error) { return p.pass(ctx, j.part) })
}

func (p *enginePair) forkJoin(ctx context.Context, i uint64) (uint64, error) {
	a, err := tripleFunc.Submit(ctx, p.two, 2*i)
	if err != nil {
		return 0, err
	}
	b, err := tripleFunc.Submit(ctx, p.two, 2*i+1)
	if err != nil {
		return 0, err
	}
	x, err := a.Result(ctx)
	if err != nil {
		return 0, err
	}
	y, err := b.Result(ctx)
	return x + y, err
}

func (p *enginePair) stream(ctx context.Context, from, n uint64) (sum uint64, err error) {
	var ring [inFlight]*engine.Future[uint64]
	for i := range n + inFlight {
		slot := &ring[i%inFlight]
		if *slot != nil {
			r, err := (*slot).Result(ctx)
			if err != nil {
				return 0, err
			}
			sum, *slot = sum+r, nil
		}
		if i < n {
			if *slot, err = tripleFunc.Submit(ctx, p.one, from+i); err != nil {
				return 0, err
			}
		}
	}
	return sum, nil
}

func (p *enginePair) batch(ctx context.Context, from, n uint64) (sum uint64, err error) {
	args := func(yield func(uint64) bool) {
		for i := range n {
			if !yield(from + i) {
				return
			}
		}
	}
	for r, err := range tripleFunc.Map(ctx, p.one, args, engine.MapOptions{}) {
		if err != nil {
			return 0, err
		}
		sum += r
	}
	return sum, nil
}

// pass is the sum of the array.
func (p *enginePair) pass(ctx context.Context, part int) (uint64, error) {
	parts := p.array.Len() * 8 / part
	a := sumArgs{Array: p.array, Sums: p.sums, Each: int64(part / 8)}
	if err := sumKernel.Run(ctx, p.two, parts*engine.LeafRows, a); err != nil {
		return 0, err
	}
	return uint64(kernels.Sum(p.sums.Part(0, parts))), nil
}
