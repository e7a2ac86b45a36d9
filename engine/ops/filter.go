package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type selection[T number] struct {
	X          shmarena.Array[T]
	Counts     ints
	Out        shmarena.Array[T]
	Comparison int64
	Than       T
}

func (s selection[T]) comparison() kernels.Comparison { return kernels.Comparison(s.Comparison) }

// A selector selects from columns of one type.
type selector[T number] struct{ count, choose *engine.Kernel[selection[T]] }

var (
	float64Selector = newSelector(float64Kit)
	int64Selector   = newSelector(int64Kit)
)

func newSelector[T number](kit *kit[T]) *selector[T] {
	return &selector[T]{
		engine.NewKernel("ops/count"+kit.name, engine.Idempotent, func(t *engine.Task, s selection[T]) error {
			k := piece(t)
			s.Counts.Slice()[k] = int64(kit.count(partOf(s.X, k, pieceRows), s.comparison(), s.Than))
			return nil
		}),
		engine.NewKernel("ops/filter"+kit.name, engine.Idempotent, func(t *engine.Task, s selection[T]) error {
			k := piece(t)
			ends := s.Counts.Slice()
			n, err := kit.choose(s.Out.Part(int(before(ends, k)), int(ends[k])), partOf(s.X, k, pieceRows), s.comparison(), s.Than)
			if err != nil || int64(n) != ends[k]-before(ends, k) {
				return ErrChanged
			}
			return nil
		}),
	}
}

// before is where piece k begins among all that have ends.
func before(ends []int64, k int) int64 {
	if k == 0 {
		return 0
	}
	return ends[k-1]
}

// Count returns how many elements compare so with t. Comparisons with NaN are as in Go.
func Count[X Vector](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t float64) (int, error) {
	return countOf(ctx, e, float64Selector, x, c, t)
}

// CountInt64 is [Count] for integers.
func CountInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t int64) (int, error) {
	return countOf(ctx, e, int64Selector, x, c, t)
}

func countOf[T number, X any](ctx context.Context, e *engine.Engine, s *selector[T], x X, c kernels.Comparison, t T) (n int, err error) {
	d := &desk{e: e}
	defer named("count", &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil || a.Len() == 0 {
		return 0, err
	}
	w, err := s.counted(ctx, d, selection[T]{X: a, Comparison: int64(c), Than: t})
	if err != nil {
		return 0, err
	}
	ends := w.Counts.Slice()
	return int(ends[len(ends)-1]), nil
}

// counted fills w.Counts with where the elements that each piece selects end, among all
// of them.
func (s *selector[T]) counted(ctx context.Context, d *desk, w selection[T]) (selection[T], error) {
	k := pieces(w.X.Len(), pieceRows)
	var err error
	if w.Counts, err = take[int64](d, k); err != nil {
		return w, err
	}
	if err := over(ctx, d.e, s.count, k, w); err != nil {
		return w, err
	}
	accumulate(w.Counts.Slice())
	return w, nil
}

// accumulate makes numbers the sums up to each.
func accumulate(n []int64) {
	for i := 1; i < len(n); i++ {
		n[i] += n[i-1]
	}
}

// Filter returns the elements that compare so with t, in order: a new array, which the
// caller frees; the zero one if there are none. It reads x twice.
func Filter[X Vector](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t float64) (shmarena.Array[float64], error) {
	return filterOf(ctx, e, float64Selector, x, c, t)
}

// FilterInt64 is [Filter] for integers.
func FilterInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t int64) (shmarena.Array[int64], error) {
	return filterOf(ctx, e, int64Selector, x, c, t)
}

func filterOf[T number, X any](ctx context.Context, e *engine.Engine, s *selector[T], x X, c kernels.Comparison, t T) (out shmarena.Array[T], err error) {
	d := &desk{e: e}
	defer named("filter", &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil || a.Len() == 0 {
		return out, err
	}
	w, err := s.counted(ctx, d, selection[T]{X: a, Comparison: int64(c), Than: t})
	if err != nil {
		return out, err
	}
	ends := w.Counts.Slice()
	return filled(d, int(ends[len(ends)-1]), func(out shmarena.Array[T]) error {
		w.Out = out
		return over(ctx, e, s.choose, len(ends), w)
	})
}
