package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

var (
	dotsFloat32      = newPairs("ops/dot/float32", kernels.DotFloat32, add[float64])
	momentsFloat32   = newMoments("ops/moments/float32", kernels.MomentsFloat32)
	comomentsFloat32 = newPairs("ops/comoments/float32", kernels.CoMomentsFloat32, kernels.CoMoments.Merge)

	dotsInt32      = newPairs("ops/dot/int32", kernels.DotInt32, add[int64])
	momentsInt32   = newMoments("ops/moments/int32", kernels.MomentsInt32)
	comomentsInt32 = newPairs("ops/comoments/int32", kernels.CoMomentsInt32, kernels.CoMoments.Merge)
)

// MomentsFloat32 is [Moments] for float32, in float64.
func MomentsFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (kernels.Moments, error) {
	return reduced(ctx, e, "moments", momentsFloat32, x)
}

// MeanFloat32 is [Mean] for float32.
func MeanFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (float64, error) {
	return meanOf(MomentsFloat32(ctx, e, x))
}

// VarFloat32 is [Var] for float32.
func VarFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, ddof int) (float64, error) {
	m, err := MomentsFloat32(ctx, e, x)
	return varianceOf(m, ddof, err)
}

// DotFloat32 is [Dot] for float32, in float64.
func DotFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x, y X) (float64, error) {
	return folded(ctx, e, "dot", dotsFloat32, x, y)
}

// CoMomentsFloat32 is [CoMoments] for float32, in float64.
func CoMomentsFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x, y X) (kernels.CoMoments, error) {
	return folded(ctx, e, "comoments", comomentsFloat32, x, y)
}

// CorrFloat32 is [Corr] for float32.
func CorrFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x, y X) (float64, error) {
	return corrOf(CoMomentsFloat32(ctx, e, x, y))
}

// MomentsInt32 is [Moments] for int32, in float64.
func MomentsInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (kernels.Moments, error) {
	return reduced(ctx, e, "moments", momentsInt32, x)
}

// MeanInt32 is [Mean] for int32.
func MeanInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (float64, error) {
	return meanOf(MomentsInt32(ctx, e, x))
}

// VarInt32 is [Var] for int32.
func VarInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, ddof int) (float64, error) {
	m, err := MomentsInt32(ctx, e, x)
	return varianceOf(m, ddof, err)
}

// DotInt32 is [Dot] for int32, in int64, which wraps as in Go.
func DotInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x, y X) (int64, error) {
	return folded(ctx, e, "dot", dotsInt32, x, y)
}

// CoMomentsInt32 is [CoMoments] for int32, in float64.
func CoMomentsInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x, y X) (kernels.CoMoments, error) {
	return folded(ctx, e, "comoments", comomentsInt32, x, y)
}

// CorrInt32 is [Corr] for int32.
func CorrInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x, y X) (float64, error) {
	return corrOf(CoMomentsInt32(ctx, e, x, y))
}
