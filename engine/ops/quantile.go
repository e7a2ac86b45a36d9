package ops

import (
	"context"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// quantileBuckets is how many buckets a column is cut into, of which one or two are
// sorted.
const quantileBuckets = 64

// Quantile returns the quantile q of x: with the elements in sorted order and h = (n-1)*q,
// what lies between elements floor(h) and floor(h)+1, linearly (Hyndman and Fan's type 7,
// as numpy and R have it). q is 0 to 1 ([ErrArgument]); 0.5 is the median. A NaN anywhere
// makes it NaN. Of nothing it is [ErrEmpty]. It reads x a few times and sorts a small
// part of it.
func Quantile[X Vector](ctx context.Context, e *engine.Engine, x X, q float64) (float64, error) {
	return between(around(ctx, e, float64Splitter, float64Extents, x, q))
}

// between returns what lies so far from a on the way to b.
func between[T float64 | float32 | int32](a, b T, part float64, err error) (float64, error) {
	if err != nil {
		return math.NaN(), err
	}
	if part == 0 {
		return float64(a), nil // b may be infinite
	}
	return float64(a) + float64(part*(float64(b)-float64(a))), nil
}

// QuantileInt64 is [Quantile] for integers. What lies between two that are further apart
// than 2^53 is rounded.
func QuantileInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X, q float64) (float64, error) {
	a, b, part, err := around(ctx, e, int64Splitter, int64Extents, x, q)
	if err != nil {
		return math.NaN(), err
	}
	return float64(a) + float64(part*float64(uint64(b)-uint64(a))), nil
}

// around returns the elements between which a quantile lies, and how far from the first:
// 0 is there, 1 at the second.
func around[T number, X any](ctx context.Context, e *engine.Engine, s *splitter[T], r *engine.Reducer[T, extent[T]], x X, q float64) (a, b T, part float64, err error) {
	d := &desk{e: e}
	defer named("quantile", &err)
	defer d.close(&err)
	if !(q >= 0 && q <= 1) {
		return 0, 0, 0, fmt.Errorf("%w: quantile %v (want 0 to 1)", ErrArgument, q)
	}
	col, err := someOf[T](d, x)
	if err != nil {
		return 0, 0, 0, err
	}
	m, err := r.Run(ctx, e, col)
	if err != nil || isNaN(m.Lo) {
		return m.Lo, m.Lo, 0, err
	}
	h := float64(col.Len()-1) * q
	rank := int(h)
	a, b, err = s.neighbours(ctx, d, col, rank)
	return a, b, h - float64(rank), err
}

// neighbours returns the element of a rank and the next one; the last has itself.
func (s *splitter[T]) neighbours(ctx context.Context, d *desk, x shmarena.Array[T], rank int) (a, b T, err error) {
	buckets, ends, err := s.split(ctx, d, x, quantileBuckets)
	if err != nil {
		return 0, 0, err
	}
	next := min(rank+1, x.Len()-1)
	if a, err = s.ranked(buckets, ends, rank); err != nil {
		return 0, 0, err
	}
	if next == rank {
		return a, a, nil
	}
	b, err = s.ranked(buckets, ends, next)
	return a, b, err
}

// ranked returns the element of a rank: its bucket is sorted.
func (s *splitter[T]) ranked(b buckets[T], ends []int64, rank int) (T, error) {
	j := 0
	for int64(rank) >= ends[j] {
		j++
	}
	lo := before(ends, j)
	values := make([]T, ends[j]-lo)
	if err := s.sieve(b).gather(bin[T]{values: values}, b.X.Slice(), j); err != nil {
		return 0, err
	}
	s.kit.lead(values, rank-int(lo)+1)
	return values[rank-int(lo)], nil
}
