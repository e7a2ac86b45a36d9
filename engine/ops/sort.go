package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type sorting struct {
	buckets
	Ends   ints
	Values floats // in sorted order; scratch of an ArgSort

	Out, Places, Order, Keys ints // of an ArgSort
}

// bounds are where bucket k lies.
func (s sorting) bounds(k int) (lo, hi int) {
	ends := s.Ends.Slice()
	return int(before(ends, k)), int(ends[k])
}

var sortBucket = engine.NewKernel("ops/sort", engine.Idempotent, func(t *engine.Task, s sorting) error {
	k := piece(t)
	out := s.Values.Part(s.bounds(k))
	if err := s.sieve(k).gather(out, nil); err != nil {
		return err
	}
	kernels.Sort(out)
	return nil
})

var argSortBucket = engine.NewKernel("ops/argsort", engine.Idempotent, func(t *engine.Task, s sorting) error {
	k := piece(t)
	lo, hi := s.bounds(k)
	values, places := s.Values.Part(lo, hi), s.Places.Part(lo, hi)
	if err := s.sieve(k).gather(values, places); err != nil {
		return err
	}
	order := s.Order.Part(lo, hi)
	kernels.ArgSort(order, values, s.Keys.Part(lo, hi))
	return kernels.TakeInt64(s.Out.Part(lo, hi), places, order)
})

// Sort returns the elements in sorted order, that of kernels.Sort: a new array, which the
// caller frees. Each worker takes the elements between two pivots out of x and sorts them
// (sample sort: Frazer and McKellar 1970), so it reads x once a worker and once more. A
// column of few different values is sorted by fewer workers.
func Sort[X Vector](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[float64], err error) {
	d := &desk{e: e}
	defer named("sort", &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out floats) error { return sortInto(ctx, d, out, a) })
}

// sortInto writes the elements of x to out, sorted.
func sortInto(ctx context.Context, d *desk, out, x floats) error {
	s, k, err := newSorting(ctx, d, x)
	if err != nil {
		return err
	}
	s.Values = out
	return over(ctx, d.e, sortBucket, k, s)
}

// newSorting cuts x into a bucket for each worker.
func newSorting(ctx context.Context, d *desk, x floats) (s sorting, k int, err error) {
	b, ends, err := split(ctx, d, x, d.e.Workers())
	if err != nil {
		return s, 0, err
	}
	s.buckets = b
	if s.Ends, err = take[int64](d, len(ends)); err != nil {
		return s, 0, err
	}
	copy(s.Ends.Slice(), ends)
	return s, len(ends), nil
}

// ArgSort returns the places of the elements in sorted order, equal ones in the order of
// their places, all NaN last: a new array, which the caller frees. It takes four times
// the memory of x while it runs. See [Sort].
func ArgSort[X Vector](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[int64], err error) {
	d := &desk{e: e}
	defer named("argsort", &err)
	defer d.close(&err)
	a, err := array(d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out ints) error {
		s, k, err := newSorting(ctx, d, a)
		if err != nil {
			return err
		}
		s.Out = out
		if s.Values, err = take[float64](d, a.Len()); err != nil {
			return err
		}
		for _, to := range []*ints{&s.Places, &s.Order, &s.Keys} {
			if *to, err = take[int64](d, a.Len()); err != nil {
				return err
			}
		}
		return over(ctx, e, argSortBucket, k, s)
	})
}
