package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

var (
	dotsInt64      = newPairs("ops/dot/int64", kernels.DotInt64, add[int64])
	momentsInt64   = newMoments("ops/moments/int64", kernels.MomentsInt64)
	comomentsInt64 = newPairs("ops/comoments/int64", kernels.CoMomentsInt64, kernels.CoMoments.Merge)
)

// MomentsInt64 is [Moments] for int64, in float64.
func MomentsInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (kernels.Moments, error) {
	return reduced(ctx, e, "moments", momentsInt64, x)
}

// MeanInt64 is [Mean] for int64.
func MeanInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (float64, error) {
	return meanOf(MomentsInt64(ctx, e, x))
}

// VarInt64 is [Var] for int64.
func VarInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, ddof int) (float64, error) {
	m, err := MomentsInt64(ctx, e, x)
	return varianceOf(m, ddof, err)
}

// DotInt64 is [Dot] for int64, which wraps as in Go.
func DotInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x, y X) (int64, error) {
	return folded(ctx, e, "dot", dotsInt64, x, y)
}

// CoMomentsInt64 is [CoMoments] for int64, in float64.
func CoMomentsInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x, y X) (kernels.CoMoments, error) {
	return folded(ctx, e, "comoments", comomentsInt64, x, y)
}

// CorrInt64 is [Corr] for int64.
func CorrInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x, y X) (float64, error) {
	return corrOf(CoMomentsInt64(ctx, e, x, y))
}
