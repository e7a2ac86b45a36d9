package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

var (
	float32Splitter = newSplitter(float32Kit)
	int32Splitter   = newSplitter(int32Kit)

	float32Sorter = newSorter(float32Splitter)
	int32Sorter   = newSorter(int32Splitter)

	float32Leader = newLeader(float32Kit)
	int32Leader   = newLeader(int32Kit)
)

// SortFloat32 is [Sort] for float32.
func SortFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[float32], error) {
	return sortOf(ctx, e, float32Sorter, x)
}

// SortInt32 is [Sort] for int32.
func SortInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[int32], error) {
	return sortOf(ctx, e, int32Sorter, x)
}

// ArgSortFloat32 is [ArgSort] for float32. It takes five times the memory of x while it
// runs, which is less than a column of float64 takes.
func ArgSortFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[int64], error) {
	return argSortOf(ctx, e, float32Sorter, x)
}

// ArgSortInt32 is [ArgSortFloat32] for int32.
func ArgSortInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[int64], error) {
	return argSortOf(ctx, e, int32Sorter, x)
}

// TopKFloat32 is [TopK] for float32.
func TopKFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, k int) ([]float32, error) {
	return lead(ctx, e, "topk", float32Leader, x, k, 1)
}

// BottomKFloat32 is [BottomK] for float32.
func BottomKFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, k int) ([]float32, error) {
	return lead(ctx, e, "bottomk", float32Leader, x, k, 0)
}

// TopKInt32 is [TopK] for int32.
func TopKInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, k int) ([]int32, error) {
	return lead(ctx, e, "topk", int32Leader, x, k, 1)
}

// BottomKInt32 is [BottomK] for int32.
func BottomKInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, k int) ([]int32, error) {
	return lead(ctx, e, "bottomk", int32Leader, x, k, 0)
}

// QuantileFloat32 is [Quantile] for float32; what lies between two is float64.
func QuantileFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, q float64) (float64, error) {
	return between(around(ctx, e, float32Splitter, float32Extents, x, q))
}

// QuantileInt32 is [Quantile] for int32.
func QuantileInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, q float64) (float64, error) {
	return between(around(ctx, e, int32Splitter, int32Extents, x, q))
}
