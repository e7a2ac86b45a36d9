package bench

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/systems"
)

// tolerance is the relative difference that is left to rounding where a system
// does not add up in the kernels' order.
const tolerance = 1e-12

// reference returns the answer that the systems must give over c, to the bit:
// that of one goroutine, once it was found to be near the exact one.
func reference(ctx context.Context, c flights.Columns) (*byhour.Partial, error) {
	job, err := systems.NewSingle().Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := job.Run(ctx)
	if err != nil {
		return nil, err
	}
	exact := byhour.Exact(c)
	if err := p.Near(&exact, tolerance); err != nil {
		return nil, fmt.Errorf("%w: the kernels differ from the exact reference: %w", ErrWrong, err)
	}
	return p, nil
}

// check compares a system's answer with what it must be.
func check(name string, got, want *byhour.Partial) error {
	if systems.Exact(name) {
		if *got == *want {
			return nil
		}
		if err := got.Near(want, tolerance); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrWrong, name, err)
		}
		return fmt.Errorf("%w: %s: it differs from one goroutine's in the last bits", ErrWrong, name)
	}
	if err := got.Near(want, tolerance); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrWrong, name, err)
	}
	return nil
}

// corrupt falsifies an answer by as little as check must see.
func corrupt(name string, p *byhour.Partial) {
	if systems.Exact(name) {
		p.Co.MeanX *= 1 + 1e-15
	} else {
		p.Hist[len(p.Hist)/2]++
	}
}
