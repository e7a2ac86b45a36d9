package ops

import (
	"context"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// What there is for columns of elements of 4 bytes.

var (
	sumsFloat32 = engine.NewReducer("ops/sum/float32", 0.0,
		func(_ *engine.Task, part []float32) (float64, error) { return kernels.SumFloat32(part), nil }, add[float64])
	sumsInt32 = engine.NewReducer("ops/sum/int32", int64(0),
		func(_ *engine.Task, part []int32) (int64, error) { return kernels.SumInt32(part), nil }, add[int64])

	float32Extents = newExtents(float32Kit)
	int32Extents   = newExtents(int32Kit)

	leastFloat32    = newFinder("ops/argmin/float32", kernels.ArgMinFloat32, func(a, b float32) bool { return a < b })
	greatestFloat32 = newFinder("ops/argmax/float32", kernels.ArgMaxFloat32, func(a, b float32) bool { return a > b })
	leastInt32      = newFinder("ops/argmin/int32", kernels.ArgMinInt32, func(a, b int32) bool { return a < b })
	greatestInt32   = newFinder("ops/argmax/int32", kernels.ArgMaxInt32, func(a, b int32) bool { return a > b })

	float32Selector = newSelector(float32Kit)
	int32Selector   = newSelector(int32Kit)
)

// SumFloat32 is [Sum] for float32, added up as float64.
func SumFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (float64, error) {
	return reduced(ctx, e, "sum", sumsFloat32, x)
}

// SumInt32 returns the sum of x, which does not overflow below 2^32 elements.
func SumInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (int64, error) {
	return reduced(ctx, e, "sum", sumsInt32, x)
}

// MinMaxFloat32 is [MinMax] for float32.
func MinMaxFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (lo, hi float32, err error) {
	m, err := extentOf(ctx, e, float32Extents, x)
	if err != nil {
		nan := float32(math.NaN())
		return nan, nan, err
	}
	return m.Lo, m.Hi, nil
}

// MinMaxInt32 is [MinMaxInt64] for int32.
func MinMaxInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (lo, hi int32, err error) {
	m, err := extentOf(ctx, e, int32Extents, x)
	return m.Lo, m.Hi, err
}

// ArgMinFloat32 is [ArgMin] for float32.
func ArgMinFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmin", leastFloat32, x)
}

// ArgMaxFloat32 is [ArgMax] for float32.
func ArgMaxFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmax", greatestFloat32, x)
}

// ArgMinInt32 is [ArgMin] for int32.
func ArgMinInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmin", leastInt32, x)
}

// ArgMaxInt32 is [ArgMax] for int32.
func ArgMaxInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (int, error) {
	return placeOf(ctx, e, "argmax", greatestInt32, x)
}

// CountFloat32 is [Count] for float32.
func CountFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t float32) (int, error) {
	return countOf(ctx, e, float32Selector, x, c, t)
}

// CountInt32 is [Count] for int32.
func CountInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t int32) (int, error) {
	return countOf(ctx, e, int32Selector, x, c, t)
}

// FilterFloat32 is [Filter] for float32.
func FilterFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t float32) (shmarena.Array[float32], error) {
	return filterOf(ctx, e, float32Selector, x, c, t)
}

// FilterInt32 is [Filter] for int32.
func FilterInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, c kernels.Comparison, t int32) (shmarena.Array[int32], error) {
	return filterOf(ctx, e, int32Selector, x, c, t)
}
