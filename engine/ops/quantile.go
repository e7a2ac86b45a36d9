package ops

import (
	"context"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

// quantileBuckets is how many buckets a column is cut into, of which one or two are
// sorted.
const quantileBuckets = 64

// Quantile returns the quantile q of x: with the elements in sorted order and h = (n-1)*q,
// what lies between elements floor(h) and floor(h)+1, linearly (Hyndman and Fan's type 7,
// as numpy and R have it). q is 0 to 1 ([ErrArgument]); 0.5 is the median. A NaN anywhere
// makes it NaN. Of nothing it is [ErrEmpty]. It reads x a few times and sorts a small
// part of it.
func Quantile[X Vector](ctx context.Context, e *engine.Engine, x X, q float64) (v float64, err error) {
	d := &desk{e: e}
	defer named("quantile", &err)
	defer d.close(&err)
	if !(q >= 0 && q <= 1) {
		return math.NaN(), fmt.Errorf("%w: quantile %v (want 0 to 1)", ErrArgument, q)
	}
	a, err := array(d, x)
	if err != nil {
		return math.NaN(), err
	}
	lo, _, err := MinMax(ctx, e, a)
	if err != nil || lo != lo {
		return math.NaN(), err
	}
	h := float64(a.Len()-1) * q
	rank := int(h)
	below, above, err := neighbours(ctx, d, a, rank)
	if err != nil {
		return math.NaN(), err
	}
	if part := h - float64(rank); part > 0 {
		return below + float64(part*(above-below)), nil
	}
	return below, nil
}

// neighbours returns the element of a rank and the next one; the last has itself.
func neighbours(ctx context.Context, d *desk, x floats, rank int) (a, b float64, err error) {
	buckets, ends, err := split(ctx, d, x, quantileBuckets)
	if err != nil {
		return 0, 0, err
	}
	next := min(rank+1, x.Len()-1)
	if a, err = ranked(buckets, ends, rank); err != nil {
		return 0, 0, err
	}
	if next == rank {
		return a, a, nil
	}
	b, err = ranked(buckets, ends, next)
	return a, b, err
}

// ranked returns the element of a rank: its bucket is sorted.
func ranked(b buckets, ends []int64, rank int) (float64, error) {
	k := 0
	for int64(rank) >= ends[k] {
		k++
	}
	lo := before(ends, k)
	values := make([]float64, ends[k]-lo)
	if err := b.sieve(k).gather(values, nil); err != nil {
		return 0, err
	}
	kernels.PartialSort(values, rank-int(lo)+1)
	return values[rank-int(lo)], nil
}
