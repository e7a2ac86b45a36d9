package ops

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

type leading[T number] struct {
	X       shmarena.Array[T]
	Room    shmarena.Array[T] // a copy of each piece, those that lead it in front
	K       int64
	Flipped int64 // 1: the greatest lead
}

// A leader finds what leads columns of one type.
type leader[T number] struct {
	kit  *kit[T]
	lead *engine.Kernel[leading[T]]
}

var (
	float64Leader = newLeader(float64Kit)
	int64Leader   = newLeader(int64Kit)
)

func newLeader[T number](kit *kit[T]) *leader[T] {
	return &leader[T]{kit, engine.NewKernel("ops/top"+kit.name, engine.Idempotent, func(t *engine.Task, l leading[T]) error {
		k := piece(t)
		room, part := partOf(l.Room, k, pieceRows), partOf(l.X, k, pieceRows)
		if l.Flipped != 0 {
			kit.flip(room, part)
		} else {
			copy(room, part)
		}
		kit.lead(room, int(l.K))
		return nil
	})}
}

// TopK returns the k greatest elements, the greatest first, and fewer if there are fewer;
// NaN are left out. k is not negative ([ErrArgument]). Workers find those of pieces, and
// the caller those of all: with a k beyond some thousands a sort is faster. It takes the
// memory of x again while it runs.
func TopK[X Vector](ctx context.Context, e *engine.Engine, x X, k int) ([]float64, error) {
	return lead(ctx, e, "topk", float64Leader, x, k, 1)
}

// BottomK returns the k least elements, the least first. See [TopK].
func BottomK[X Vector](ctx context.Context, e *engine.Engine, x X, k int) ([]float64, error) {
	return lead(ctx, e, "bottomk", float64Leader, x, k, 0)
}

// TopKInt64 is [TopK] for integers.
func TopKInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, k int) ([]int64, error) {
	return lead(ctx, e, "topk", int64Leader, x, k, 1)
}

// BottomKInt64 is [BottomK] for integers.
func BottomKInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, k int) ([]int64, error) {
	return lead(ctx, e, "bottomk", int64Leader, x, k, 0)
}

func lead[T number, X any](ctx context.Context, e *engine.Engine, name string, l *leader[T], x X, k int, flipped int64) (best []T, err error) {
	d := &desk{e: e}
	defer named(name, &err)
	defer d.close(&err)
	if k < 0 {
		return nil, fmt.Errorf("%w: the first %d", ErrArgument, k)
	}
	a, err := array[T](d, x)
	if err != nil || a.Len() == 0 || k == 0 {
		return nil, err
	}
	w := leading[T]{X: a, K: int64(k), Flipped: flipped}
	if w.Room, err = take[T](d, a.Len()); err != nil {
		return nil, err
	}
	if err := over(ctx, e, l.lead, pieces(a.Len(), pieceRows), w); err != nil {
		return nil, err
	}
	return l.best(w), nil
}

// best returns those that lead all pieces.
func (l *leader[T]) best(w leading[T]) (best []T) {
	k := int(w.K)
	for i := range pieces(w.Room.Len(), pieceRows) {
		part := partOf(w.Room, i, pieceRows)
		best = append(best, part[:min(k, len(part))]...)
	}
	l.kit.lead(best, k)
	best = best[:min(k, len(best))]
	for len(best) > 0 && isNaN(best[len(best)-1]) {
		best = best[:len(best)-1]
	}
	if w.Flipped != 0 {
		l.kit.flip(best, best)
	}
	return best
}

// isNaN reports whether v is no number, which no integer is.
func isNaN[T number](v T) bool { return v != v }
