package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type selection struct {
	X          floats
	Counts     ints
	Out        floats
	Comparison int64
	T          float64
}

func (s selection) comparison() kernels.Comparison { return kernels.Comparison(s.Comparison) }

var counting = engine.NewKernel("ops/count", engine.Idempotent, func(t *engine.Task, s selection) error {
	k := piece(t)
	s.Counts.Slice()[k] = int64(kernels.Count(partOf(s.X, k, pieceRows), s.comparison(), s.T))
	return nil
})

var selecting = engine.NewKernel("ops/filter", engine.Idempotent, func(t *engine.Task, s selection) error {
	k := piece(t)
	ends := s.Counts.Slice()
	n, err := kernels.FilterCompare(s.Out.Part(int(before(ends, k)), int(ends[k])), partOf(s.X, k, pieceRows), s.comparison(), s.T)
	if err != nil || int64(n) != ends[k]-before(ends, k) {
		return ErrChanged
	}
	return nil
})

// before is where piece k begins among all that have ends.
func before(ends []int64, k int) int64 {
	if k == 0 {
		return 0
	}
	return ends[k-1]
}

// Count returns how many elements compare so with t. Comparisons with NaN are as in Go.
func Count[X Vector](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t float64) (n int, err error) {
	d := &desk{e: e}
	defer named("count", &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err != nil {
		return 0, err
	}
	s, err := count(ctx, d, selection{X: a, Comparison: int64(c), T: t})
	if err != nil || a.Len() == 0 {
		return 0, err
	}
	ends := s.Counts.Slice()
	return int(ends[len(ends)-1]), nil
}

// count fills s.Counts with where the elements that each piece selects end, among all of
// them.
func count(ctx context.Context, d *desk, s selection) (selection, error) {
	k := pieces(s.X.Len(), pieceRows)
	if k == 0 {
		return s, nil
	}
	var err error
	if s.Counts, err = take[int64](d, k); err != nil {
		return s, err
	}
	if err := over(ctx, d.e, counting, k, s); err != nil {
		return s, err
	}
	accumulate(s.Counts.Slice())
	return s, nil
}

// accumulate makes numbers the sums up to each.
func accumulate(n []int64) {
	for i := 1; i < len(n); i++ {
		n[i] += n[i-1]
	}
}

// Filter returns the elements that compare so with t, in order: a new array, which the
// caller frees; the zero one if there are none. It reads x twice.
func Filter[X Vector](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t float64) (out shmarena.Array[float64], err error) {
	d := &desk{e: e}
	defer named("filter", &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err != nil || a.Len() == 0 {
		return out, err
	}
	s, err := count(ctx, d, selection{X: a, Comparison: int64(c), T: t})
	if err != nil {
		return out, err
	}
	ends := s.Counts.Slice()
	return filled(d, int(ends[len(ends)-1]), func(out floats) error {
		s.Out = out
		return over(ctx, e, selecting, len(ends), s)
	})
}

// filled allocates a result and fills it; without elements there is nothing to fill.
func filled[T any](d *desk, n int, fill func(out shmarena.Array[T]) error) (out shmarena.Array[T], err error) {
	if n == 0 {
		return out, nil
	}
	out, settle := result[T](d, n, &err)
	defer settle()
	if err == nil {
		err = fill(out)
	}
	if err != nil {
		return shmarena.Array[T]{}, err
	}
	return out, nil
}
