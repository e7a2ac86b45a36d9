package ops

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

// histogramPieces is how many parts of a histogram there are at most: each has bins of
// its own, so that workers share none.
const histogramPieces = 64

type binning struct {
	X       floats
	Cells   ints // bins of each piece, and those outside: below, above, NaN
	Lo, Hi  float64
	N, Rows int64
}

const outside = 3

func (b binning) of(k int) []int64 {
	n := int(b.N) + outside
	return b.Cells.Part(k*n, (k+1)*n)
}

var binPiece = engine.NewKernel("ops/histogram", engine.Idempotent, func(t *engine.Task, b binning) error {
	k := piece(t)
	bins, err := kernels.NewBins(b.Lo, b.Hi, int(b.N))
	if err != nil {
		return err
	}
	cells := b.of(k)
	clear(cells) // a second try begins anew
	out := kernels.Histogram(cells[:b.N], partOf(b.X, k, int(b.Rows)), bins)
	copy(cells[b.N:], []int64{out.Below, out.Above, out.NaN})
	return nil
})

// Histogram returns how many elements are in each bin, and how many in none.
func Histogram[X Vector](ctx context.Context, e *engine.Engine, x X, bins kernels.Bins) (counts []int64, out kernels.Outside, err error) {
	d := &desk{e: e}
	defer named("histogram", &err)
	defer d.close(&err)
	n := bins.Len()
	if n < 1 {
		return nil, out, fmt.Errorf("%w: Bins that are not from NewBins", ErrArgument)
	}
	a, err := array[float64](d, x)
	if err != nil {
		return nil, out, err
	}
	counts = make([]int64, n)
	rows := max(pieceRows, pieces(a.Len(), histogramPieces))
	k := pieces(a.Len(), rows)
	if k == 0 {
		return counts, out, nil
	}
	b := binning{X: a, Lo: bins.Edge(0), Hi: bins.Edge(n), N: int64(n), Rows: int64(rows)}
	if b.Cells, err = take[int64](d, k*(n+outside)); err != nil {
		return nil, out, err
	}
	if err := over(ctx, e, binPiece, k, b); err != nil {
		return nil, out, err
	}
	for i := range k {
		cells := b.of(i)
		kernels.AddInt64(counts, counts, cells[:n])
		out = out.Merge(kernels.Outside{Below: cells[n], Above: cells[n+1], NaN: cells[n+2]})
	}
	return counts, out, nil
}
