package ops

import (
	"context"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

func add[T number](a, b T) T { return a + b }

var sums = engine.NewReducer("ops/sum", 0.0,
	func(_ *engine.Task, part []float64) (float64, error) { return kernels.Sum(part), nil }, add[float64])

var sumsInt64 = engine.NewReducer("ops/sum/int64", kernels.Int128{},
	func(_ *engine.Task, part []int64) (kernels.Int128, error) { return kernels.SumInt64(part), nil }, kernels.Int128.Add)

type pair[T number] struct{ X, Y engine.In[T] }

var (
	dots      = newPairs("ops/dot", kernels.Dot, add[float64])
	moments   = newMoments("ops/moments", kernels.MomentsOf)
	comoments = newPairs("ops/comoments", kernels.CoMomentsOf, kernels.CoMoments.Merge)
)

// newMoments reduces columns of one type to their moments.
func newMoments[T number](name string, of func(x []T) kernels.Moments) *engine.Reducer[T, kernels.Moments] {
	return engine.NewReducer(name, kernels.Moments{},
		func(_ *engine.Task, part []T) (kernels.Moments, error) { return of(part), nil }, kernels.Moments.Merge)
}

// newPairs reduces two columns of one type; of nothing it gives the zero value.
func newPairs[T number, P any](name string, of func(x, y []T) P, merge func(a, b P) P) *engine.ColumnReducer[pair[T], P] {
	var zero P
	return engine.NewColumnReducer(name, zero,
		func(t *engine.Task, a pair[T]) (P, error) { return of(a.X.Part(t), a.Y.Part(t)), nil }, merge)
}

// reduced reduces a column.
func reduced[T number, P, X any](ctx context.Context, e *engine.Engine, name string, r *engine.Reducer[T, P], x X) (p P, err error) {
	d := &desk{e: e}
	defer named(name, &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil {
		return p, err
	}
	return r.Run(ctx, e, a)
}

// Sum returns the sum of x; of nothing it is 0. Leaves are summed by kernels.Sum and
// their sums in a tree, so the error is at most (144 + log2 n) * 2^-53 * sum|x|.
func Sum[X Vector](ctx context.Context, e *engine.Engine, x X) (float64, error) {
	return reduced(ctx, e, "sum", sums, x)
}

// SumInt64 returns the sum of x, which cannot overflow.
func SumInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (kernels.Int128, error) {
	return reduced(ctx, e, "sum", sumsInt64, x)
}

// Dot returns the inner product of x and y, which have the same length
// ([engine.ErrLength]). See kernels.Dot for its error.
func Dot[X Vector](ctx context.Context, e *engine.Engine, x, y X) (float64, error) {
	return folded(ctx, e, "dot", dots, x, y)
}

// folded reduces two columns.
func folded[T number, P, X any](ctx context.Context, e *engine.Engine, name string, r *engine.ColumnReducer[pair[T], P], x, y X) (p P, err error) {
	d := &desk{e: e}
	defer named(name, &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil {
		return p, err
	}
	b, err := array[T](d, y)
	if err != nil {
		return p, err
	}
	return r.Run(ctx, e, pair[T]{engine.InOf(a), engine.InOf(b)})
}

// Moments returns the number of elements, their mean, and the sum of squared
// deviations from it, in one pass at the accuracy of two.
func Moments[X Vector](ctx context.Context, e *engine.Engine, x X) (kernels.Moments, error) {
	return reduced(ctx, e, "moments", moments, x)
}

// Mean returns the mean of x. Of nothing it is [ErrEmpty].
func Mean[X Vector](ctx context.Context, e *engine.Engine, x X) (float64, error) {
	return meanOf(Moments(ctx, e, x))
}

func meanOf(m kernels.Moments, err error) (float64, error) {
	if err == nil && m.N == 0 {
		return math.NaN(), fmt.Errorf("%w: the mean of none", ErrEmpty)
	}
	return m.Mean, err
}

// Var returns the variance of x: the sum of squared deviations divided by n - ddof,
// which is 0 for a whole population and 1 for a sample of one. With no more elements
// than ddof it is [ErrEmpty].
func Var[X Vector](ctx context.Context, e *engine.Engine, x X, ddof int) (float64, error) {
	m, err := Moments(ctx, e, x)
	return varianceOf(m, ddof, err)
}

func varianceOf(m kernels.Moments, ddof int, err error) (float64, error) {
	if err != nil {
		return math.NaN(), err
	}
	v, ok := m.Variance(int64(ddof))
	if !ok {
		return math.NaN(), fmt.Errorf("%w: the variance of %d with ddof %d", ErrEmpty, m.N, ddof)
	}
	return v, nil
}

// CoMoments returns the moments of pairs of elements, which Corr is made of.
func CoMoments[X Vector](ctx context.Context, e *engine.Engine, x, y X) (kernels.CoMoments, error) {
	return folded(ctx, e, "comoments", comoments, x, y)
}

// Corr returns the correlation of x and y (Pearson's). It is [ErrEmpty] for fewer than
// two pairs, and where one of them does not vary.
func Corr[X Vector](ctx context.Context, e *engine.Engine, x, y X) (float64, error) {
	return corrOf(CoMoments(ctx, e, x, y))
}

func corrOf(c kernels.CoMoments, err error) (float64, error) {
	if err != nil {
		return math.NaN(), err
	}
	r, ok := c.Corr()
	if !ok {
		return math.NaN(), fmt.Errorf("%w: the correlation of %d pairs that do not both vary", ErrEmpty, c.N)
	}
	return r, nil
}
