package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type scanning[T number] struct{ X, Starts, Out shmarena.Array[T] }

// A scanner adds up columns of one type.
type scanner[T number] struct {
	sum, scan *engine.Kernel[scanning[T]]
	starts    func(dst, x []T, start T) T // the sums before each
}

var (
	float64Scanner = newScanner("", kernels.Sum, kernels.PrefixSum, kernels.PrefixSumExclusive)
	int64Scanner   = newScanner("/int64", wrappedSum, kernels.PrefixSumInt64, kernels.PrefixSumExclusiveInt64)
)

// wrappedSum is the sum as Go's addition has it.
func wrappedSum(x []int64) int64 { return int64(kernels.SumInt64(x).Lo) }

func newScanner[T number](name string, sum func([]T) T, scan, starts func(dst, x []T, start T) T) *scanner[T] {
	return &scanner[T]{
		engine.NewKernel("ops/scan/sum"+name, engine.Idempotent, func(t *engine.Task, s scanning[T]) error {
			k := piece(t)
			s.Starts.Slice()[k] = sum(partOf(s.X, k, pieceRows))
			return nil
		}),
		engine.NewKernel("ops/scan"+name, engine.Idempotent, func(t *engine.Task, s scanning[T]) error {
			k := piece(t)
			scan(partOf(s.Out, k, pieceRows), partOf(s.X, k, pieceRows), s.Starts.Slice()[k])
			return nil
		}),
		starts,
	}
}

// Scan returns the sums of all elements up to each, itself included: a new array, which
// the caller frees. Pieces of 256 Ki elements are summed first and begin with the sum of
// those before, so bits are those of any number of workers, not those of one
// kernels.PrefixSum over all. From a NaN on all sums are NaN. It reads x twice.
func Scan[X Vector](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[float64], error) {
	return scanOf(ctx, e, float64Scanner, x)
}

// ScanInt64 is [Scan] for integers; sums wrap as in Go.
func ScanInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[int64], error) {
	return scanOf(ctx, e, int64Scanner, x)
}

func scanOf[T number, X any](ctx context.Context, e *engine.Engine, s *scanner[T], x X) (out shmarena.Array[T], err error) {
	d := &desk{e: e}
	defer named("scan", &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out shmarena.Array[T]) error {
		k := pieces(a.Len(), pieceRows)
		starts, err := take[T](d, k)
		if err != nil {
			return err
		}
		w := scanning[T]{a, starts, out}
		if err := over(ctx, e, s.sum, k, w); err != nil {
			return err
		}
		s.starts(starts.Slice(), starts.Slice(), 0)
		return over(ctx, e, s.scan, k, w)
	})
}
