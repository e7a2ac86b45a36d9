package ops

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// histogramPieces is how many parts of a histogram there are at most: each has bins of
// its own, so that workers share none.
const histogramPieces = 64

// Cells are those of each piece of a column, side by side.
type cells struct {
	Cells      ints
	Each, Rows int64 // cells and rows of a piece
}

func (c cells) of(k int) []int64 {
	n := int(c.Each)
	return c.Cells.Part(k*n, (k+1)*n)
}

// binning is a histogram over bins of float64, with cells for those outside behind
// them: below, above, NaN.
type binning[T number] struct {
	X shmarena.Array[T]
	cells
	Lo, Hi float64
	N      int64
}

const outside = 3

// wholeBinning is one over bins of integers.
type wholeBinning[T number] struct {
	X shmarena.Array[T]
	cells
	Lo, Width, N int64
}

var (
	binFloat64 = newBinner("ops/histogram", kernels.Histogram)
	binFloat32 = newBinner("ops/histogram/float32", kernels.HistogramFloat32)
	binInt64   = newWholeBinner("ops/histogram/int64", kernels.HistogramInt64)
	binInt32   = newWholeBinner("ops/histogram/int32", kernels.HistogramInt32)
)

func newBinner[T number](name string, histogram func(counts []int64, x []T, b kernels.Bins) kernels.Outside) *engine.Kernel[binning[T]] {
	return engine.NewKernel(name, engine.Idempotent, func(t *engine.Task, b binning[T]) error {
		bins, err := kernels.NewBins(b.Lo, b.Hi, int(b.N))
		if err != nil {
			return err
		}
		k := piece(t)
		to := b.of(k)
		clear(to) // a second try begins anew
		out := histogram(to[:b.N], partOf(b.X, k, int(b.Rows)), bins)
		copy(to[b.N:], []int64{out.Below, out.Above, out.NaN})
		return nil
	})
}

func newWholeBinner[T number](name string, histogram func(cells []int64, x []T, b kernels.BinsInt64)) *engine.Kernel[wholeBinning[T]] {
	return engine.NewKernel(name, engine.Idempotent, func(t *engine.Task, b wholeBinning[T]) error {
		bins, err := kernels.NewBinsInt64(b.Lo, b.Width, int(b.N))
		if err != nil {
			return err
		}
		k := piece(t)
		to := b.of(k)
		clear(to) // a second try begins anew
		histogram(to, partOf(b.X, k, int(b.Rows)), bins)
		return nil
	})
}

// Histogram returns how many elements are in each bin, and how many in none.
func Histogram[X Vector](ctx context.Context, e *engine.Engine, x X, bins kernels.Bins) (counts []int64, out kernels.Outside, err error) {
	return histogramOf(ctx, e, binFloat64, x, bins)
}

// HistogramFloat32 is [Histogram] for float32; edges are float64 still.
func HistogramFloat32[X VectorFloat32](ctx context.Context, e *engine.Engine, x X, bins kernels.Bins) (counts []int64, out kernels.Outside, err error) {
	return histogramOf(ctx, e, binFloat32, x, bins)
}

// HistogramInt64 returns how many elements are below the bins, in each, and above, as
// kernels.HistogramInt64 has them.
func HistogramInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, bins kernels.BinsInt64) ([]int64, error) {
	return wholeHistogramOf(ctx, e, binInt64, x, bins)
}

// HistogramInt32 is [HistogramInt64] for int32.
func HistogramInt32[X VectorInt32](ctx context.Context, e *engine.Engine, x X, bins kernels.BinsInt64) ([]int64, error) {
	return wholeHistogramOf(ctx, e, binInt32, x, bins)
}

func histogramOf[T number, X any](ctx context.Context, e *engine.Engine, k *engine.Kernel[binning[T]], x X, bins kernels.Bins) (counts []int64, out kernels.Outside, err error) {
	n := bins.Len()
	all, err := cellsOf(ctx, e, k, x, n, outside, func(a shmarena.Array[T], c cells) binning[T] {
		return binning[T]{a, c, bins.Edge(0), bins.Edge(n), int64(n)}
	})
	if err != nil {
		return nil, out, err
	}
	return all[:n:n], kernels.Outside{Below: all[n], Above: all[n+1], NaN: all[n+2]}, nil
}

func wholeHistogramOf[T number, X any](ctx context.Context, e *engine.Engine, k *engine.Kernel[wholeBinning[T]], x X, bins kernels.BinsInt64) ([]int64, error) {
	n := bins.Len()
	return cellsOf(ctx, e, k, x, n, bins.Cells()-n, func(a shmarena.Array[T], c cells) wholeBinning[T] {
		return wholeBinning[T]{a, c, bins.Edge(0), bins.Edge(1) - bins.Edge(0), int64(n)}
	})
}

// cellsOf has the cells of all pieces filled, n bins and some more, and adds them up.
func cellsOf[T number, A, X any](ctx context.Context, e *engine.Engine, k *engine.Kernel[A], x X, n, more int, args func(shmarena.Array[T], cells) A) (all []int64, err error) {
	d := &desk{e: e}
	defer named("histogram", &err)
	defer d.close(&err)
	if n < 1 {
		return nil, fmt.Errorf("%w: Bins that are not from a New function", ErrArgument)
	}
	a, err := array[T](d, x)
	if err != nil {
		return nil, err
	}
	all = make([]int64, n+more)
	c := cells{Each: int64(n + more), Rows: int64(max(pieceRows, pieces(a.Len(), histogramPieces)))}
	parts := pieces(a.Len(), int(c.Rows))
	if parts == 0 {
		return all, nil
	}
	if c.Cells, err = take[int64](d, parts*(n+more)); err != nil {
		return nil, err
	}
	if err := over(ctx, e, k, parts, args(a, c)); err != nil {
		return nil, err
	}
	for i := range parts {
		kernels.AddInt64(all, all, c.of(i))
	}
	return all, nil
}
