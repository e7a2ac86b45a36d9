package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type scanning[T, S number] struct {
	X      shmarena.Array[T]
	Starts shmarena.Array[S]
	Out    shmarena.Array[T]
}

// A scanner adds up columns of one type, in another one.
type scanner[T, S number] struct {
	sum, scan *engine.Kernel[scanning[T, S]]
	starts    func(dst, x []S, start S) S // the sums before each
}

var (
	float64Scanner = newScanner("", kernels.Sum, kernels.PrefixSum, kernels.PrefixSumExclusive)
	float32Scanner = newScanner("/float32", kernels.SumFloat32, kernels.PrefixSumFloat32, kernels.PrefixSumExclusive)
	int64Scanner   = newScanner("/int64", wrappedSum, kernels.PrefixSumInt64, kernels.PrefixSumExclusiveInt64)
	int32Scanner   = newScanner("/int32", wrappedSumInt32, kernels.PrefixSumInt32, kernels.PrefixSumExclusiveInt32)
)

// wrappedSum is the sum as Go's addition has it.
func wrappedSum(x []int64) int64 { return int64(kernels.SumInt64(x).Lo) }

func wrappedSumInt32(x []int32) int32 { return int32(kernels.SumInt32(x)) }

func newScanner[T, S number](name string, sum func([]T) S, scan func(dst, x []T, start S) S, starts func(dst, x []S, start S) S) *scanner[T, S] {
	return &scanner[T, S]{
		engine.NewKernel("ops/scan/sum"+name, engine.Idempotent, func(t *engine.Task, s scanning[T, S]) error {
			k := piece(t)
			s.Starts.Slice()[k] = sum(partOf(s.X, k, pieceRows))
			return nil
		}),
		engine.NewKernel("ops/scan"+name, engine.Idempotent, func(t *engine.Task, s scanning[T, S]) error {
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

// ScanFloat32 is [Scan] for float32, added up as float64 and rounded where it is
// written.
func ScanFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[float32], error) {
	return scanOf(ctx, e, float32Scanner, x)
}

// ScanInt32 is [Scan] for int32; sums wrap as in Go.
func ScanInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X) (shmarena.Array[int32], error) {
	return scanOf(ctx, e, int32Scanner, x)
}

func scanOf[T, S number, X any](ctx context.Context, e *engine.Engine, s *scanner[T, S], x X) (out shmarena.Array[T], err error) {
	d := &desk{e: e}
	defer named("scan", &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out shmarena.Array[T]) error {
		k := pieces(a.Len(), pieceRows)
		starts, err := take[S](d, k)
		if err != nil {
			return err
		}
		w := scanning[T, S]{a, starts, out}
		if err := over(ctx, e, s.sum, k, w); err != nil {
			return err
		}
		s.starts(starts.Slice(), starts.Slice(), 0)
		return over(ctx, e, s.scan, k, w)
	})
}
