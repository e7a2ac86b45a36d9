package ops

import (
	"context"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

type extent struct{ Lo, Hi float64 }

var extents = engine.NewReducer("ops/minmax", extent{},
	func(_ *engine.Task, part []float64) (extent, error) {
		lo, hi, _ := kernels.MinMax(part)
		return extent{lo, hi}, nil
	},
	func(a, b extent) extent { return extent{min(a.Lo, b.Lo), max(a.Hi, b.Hi)} })

// MinMax returns the least and the greatest element. A NaN anywhere makes both NaN. Of
// nothing it is [ErrEmpty].
func MinMax[X Vector](ctx context.Context, e *engine.Engine, x X) (lo, hi float64, err error) {
	d := &desk{e: e}
	defer named("minmax", &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err == nil && a.Len() == 0 {
		err = fmt.Errorf("%w: the extremes of none", ErrEmpty)
	}
	if err != nil {
		return math.NaN(), math.NaN(), err
	}
	m, err := extents.Run(ctx, e, a)
	return m.Lo, m.Hi, err
}

// A place is an extreme and where it is.
type place struct {
	At int64
	V  float64
}

var (
	placesOfLeast    = newPlaces("ops/argmin", kernels.ArgMin, func(a, b float64) bool { return a < b })
	placesOfGreatest = newPlaces("ops/argmax", kernels.ArgMax, func(a, b float64) bool { return a > b })
)

// newPlaces finds the first of those that are ahead of all others; NaN is ahead of all.
func newPlaces(name string, find func([]float64) int, ahead func(a, b float64) bool) *engine.ColumnReducer[column, place] {
	return engine.NewColumnReducer(name, place{},
		func(t *engine.Task, a column) (place, error) {
			part := a.X.Part(t)
			i := find(part)
			lo, _ := t.Rows()
			return place{int64(lo + i), part[i]}, nil
		},
		func(a, b place) place {
			if a.V == a.V && (b.V != b.V || ahead(b.V, a.V)) {
				return b
			}
			return a
		})
}

type column struct{ X engine.In[float64] }

// ArgMin returns the index of the first element that is the least; of the first NaN, if
// there is one. Zeros are equal. Of nothing it is [ErrEmpty].
func ArgMin[X Vector](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placed(ctx, e, "argmin", placesOfLeast, x)
}

// ArgMax returns the index of the first element that is the greatest. See [ArgMin].
func ArgMax[X Vector](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placed(ctx, e, "argmax", placesOfGreatest, x)
}

func placed[X Vector](ctx context.Context, e *engine.Engine, name string, r *engine.ColumnReducer[column, place], x X) (at int, err error) {
	d := &desk{e: e}
	defer named(name, &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err == nil && a.Len() == 0 {
		err = fmt.Errorf("%w: the place of none", ErrEmpty)
	}
	if err != nil {
		return -1, err
	}
	p, err := r.Run(ctx, e, column{engine.InOf(a)})
	return int(p.At), err
}
