package ops

import (
	"context"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type extent[T number] struct{ Lo, Hi T }

var (
	float64Extents = newExtents(float64Kit)
	int64Extents   = newExtents(int64Kit)
)

func newExtents[T number](kit *kit[T]) *engine.Reducer[T, extent[T]] {
	return engine.NewReducer("ops/minmax"+kit.name, extent[T]{},
		func(_ *engine.Task, part []T) (extent[T], error) {
			lo, hi, _ := kit.minMax(part)
			return extent[T]{lo, hi}, nil
		},
		func(a, b extent[T]) extent[T] { return extent[T]{min(a.Lo, b.Lo), max(a.Hi, b.Hi)} })
}

// MinMax returns the least and the greatest element. A NaN anywhere makes both NaN. Of
// nothing it is [ErrEmpty].
func MinMax[X Vector](ctx context.Context, e *engine.Engine, x X) (lo, hi float64, err error) {
	m, err := extentOf(ctx, e, float64Extents, x)
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	return m.Lo, m.Hi, nil
}

// MinMaxInt64 is [MinMax] for integers; of nothing both are 0.
func MinMaxInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (lo, hi int64, err error) {
	m, err := extentOf(ctx, e, int64Extents, x)
	return m.Lo, m.Hi, err
}

func extentOf[T number, X any](ctx context.Context, e *engine.Engine, r *engine.Reducer[T, extent[T]], x X) (m extent[T], err error) {
	d := &desk{e: e}
	defer named("minmax", &err)
	defer d.close(&err)
	a, err := someOf[T](d, x)
	if err != nil {
		return m, err
	}
	return r.Run(ctx, e, a)
}

// someOf is array for a column that has to have elements.
func someOf[T number, X any](d *desk, x X) (shmarena.Array[T], error) {
	a, err := array[T](d, x)
	if err == nil && a.Len() == 0 {
		err = fmt.Errorf("%w: the extremes of none", ErrEmpty)
	}
	return a, err
}

// A place is an extreme and where it is.
type place[T number] struct {
	At int64
	V  T
}

// finders find the places of extremes.
type finder[T number] = engine.ColumnReducer[column[T], place[T]]

var (
	leastFloat64    = newFinder("ops/argmin", kernels.ArgMin, func(a, b float64) bool { return a < b })
	greatestFloat64 = newFinder("ops/argmax", kernels.ArgMax, func(a, b float64) bool { return a > b })
	leastInt64      = newFinder("ops/argmin/int64", kernels.ArgMinInt64, func(a, b int64) bool { return a < b })
	greatestInt64   = newFinder("ops/argmax/int64", kernels.ArgMaxInt64, func(a, b int64) bool { return a > b })
)

// newFinder finds the first of those that are ahead of all others; NaN is ahead of all.
func newFinder[T number](name string, find func([]T) int, ahead func(a, b T) bool) *finder[T] {
	return engine.NewColumnReducer(name, place[T]{},
		func(t *engine.Task, a column[T]) (place[T], error) {
			part := a.X.Part(t)
			i := find(part)
			lo, _ := t.Rows()
			return place[T]{int64(lo + i), part[i]}, nil
		},
		func(a, b place[T]) place[T] {
			if a.V == a.V && (b.V != b.V || ahead(b.V, a.V)) {
				return b
			}
			return a
		})
}

type column[T number] struct{ X engine.In[T] }

// ArgMin returns the index of the first element that is the least; of the first NaN, if
// there is one. Zeros are equal. Of nothing it is [ErrEmpty].
func ArgMin[X Vector](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmin", leastFloat64, x)
}

// ArgMax returns the index of the first element that is the greatest. See [ArgMin].
func ArgMax[X Vector](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmax", greatestFloat64, x)
}

// ArgMinInt64 is [ArgMin] for integers.
func ArgMinInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmin", leastInt64, x)
}

// ArgMaxInt64 is [ArgMax] for integers.
func ArgMaxInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmax", greatestInt64, x)
}

func placeOf[T number, X any](ctx context.Context, e *engine.Engine, name string, f *finder[T], x X) (at int, err error) {
	d := &desk{e: e}
	defer named(name, &err)
	defer d.close(&err)
	a, err := someOf[T](d, x)
	if err != nil {
		return -1, err
	}
	p, err := f.Run(ctx, e, column[T]{engine.InOf(a)})
	return int(p.At), err
}
