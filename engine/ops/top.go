package ops

import (
	"context"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

type leading struct {
	X    floats
	Room floats // a copy of each piece, those that lead it in front
	K    int64
	Sign float64 // -1: the greatest lead
}

var leadOfPiece = engine.NewKernel("ops/top", engine.Idempotent, func(t *engine.Task, l leading) error {
	k := piece(t)
	room := partOf(l.Room, k, pieceRows)
	kernels.Scale(room, l.Sign, partOf(l.X, k, pieceRows))
	kernels.PartialSort(room, int(l.K))
	return nil
})

// TopK returns the k greatest elements, the greatest first, and fewer if there are fewer;
// NaN are left out. k is not negative ([ErrArgument]). Workers find those of pieces, and
// the caller those of all: with a k beyond some thousands a sort is faster. It takes the
// memory of x again while it runs.
func TopK[X Vector](ctx context.Context, e *engine.Engine, x X, k int) ([]float64, error) {
	return lead(ctx, e, "topk", x, k, -1)
}

// BottomK returns the k least elements, the least first. See [TopK].
func BottomK[X Vector](ctx context.Context, e *engine.Engine, x X, k int) ([]float64, error) {
	return lead(ctx, e, "bottomk", x, k, 1)
}

func lead[X Vector](ctx context.Context, e *engine.Engine, name string, x X, k int, sign float64) (best []float64, err error) {
	d := &desk{e: e}
	defer named(name, &err)
	defer d.close(&err)
	if k < 0 {
		return nil, fmt.Errorf("%w: the first %d", ErrArgument, k)
	}
	a, err := array(d, x)
	if err != nil || a.Len() == 0 || k == 0 {
		return nil, err
	}
	l := leading{X: a, K: int64(k), Sign: sign}
	if l.Room, err = take[float64](d, a.Len()); err != nil {
		return nil, err
	}
	n := pieces(a.Len(), pieceRows)
	if err := over(ctx, e, leadOfPiece, n, l); err != nil {
		return nil, err
	}
	for i := range n {
		part := partOf(l.Room, i, pieceRows)
		best = append(best, part[:min(k, len(part))]...)
	}
	kernels.PartialSort(best, k)
	best = best[:min(k, len(best))]
	for len(best) > 0 && math.IsNaN(best[len(best)-1]) {
		best = best[:len(best)-1]
	}
	kernels.Scale(best, sign, best)
	return best, nil
}
