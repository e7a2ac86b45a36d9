package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type scanning struct{ X, Starts, Out floats }

var sumOfPiece = engine.NewKernel("ops/scan/sum", engine.Idempotent, func(t *engine.Task, s scanning) error {
	k := piece(t)
	s.Starts.Slice()[k] = kernels.Sum(partOf(s.X, k, pieceRows))
	return nil
})

var scanPiece = engine.NewKernel("ops/scan", engine.Idempotent, func(t *engine.Task, s scanning) error {
	k := piece(t)
	kernels.PrefixSum(partOf(s.Out, k, pieceRows), partOf(s.X, k, pieceRows), s.Starts.Slice()[k])
	return nil
})

// Scan returns the sums of all elements up to each, itself included: a new array, which
// the caller frees. Pieces of 256 Ki elements are summed first and begin with the sum of
// those before, so bits are those of any number of workers, not those of one
// kernels.PrefixSum over all. From a NaN on all sums are NaN. It reads x twice.
func Scan[X Vector](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[float64], err error) {
	d := &desk{e: e}
	defer named("scan", &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out floats) error {
		k := pieces(a.Len(), pieceRows)
		starts, err := take[float64](d, k)
		if err != nil {
			return err
		}
		s := scanning{a, starts, out}
		if err := over(ctx, e, sumOfPiece, k, s); err != nil {
			return err
		}
		kernels.PrefixSumExclusive(starts.Slice(), starts.Slice(), 0)
		return over(ctx, e, scanPiece, k, s)
	})
}
