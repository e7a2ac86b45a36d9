package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

type sorting[T number] struct {
	buckets[T]
	Ends   ints              // of the buckets
	Starts ints              // where each piece's part of each bucket begins
	Values shmarena.Array[T] // in sorted order; scratch of an ArgSort
	Begun  ints              // of each bucket: 1 from before its sort on

	Out, Places, Order, Keys ints // of an ArgSort
}

// bounds are where bucket j lies.
func (s sorting[T]) bounds(j int) (lo, hi int) {
	ends := s.Ends.Slice()
	return int(before(ends, j)), int(ends[j])
}

// bin is where the elements of bucket j go: all of them.
func (s sorting[T]) bin(lo, hi int) bin[T] {
	b := bin[T]{values: s.Values.Part(lo, hi)}
	if !s.Places.IsZero() {
		b.places = s.Places.Part(lo, hi)
	}
	return b
}

// bins are where the elements of piece k go, by buckets.
func (s sorting[T]) bins(k int) []bin[T] {
	n := s.count()
	starts, to := s.Starts.Slice(), make([]bin[T], n)
	for j := range to {
		_, end := s.bounds(j)
		if next := (k+1)*n + j; next < len(starts) {
			end = int(starts[next])
		}
		to[j] = s.bin(int(starts[k*n+j]), end)
	}
	return to
}

// A sorter sorts columns of one type.
type sorter[T number] struct {
	*splitter[T]
	spread, sort, argSort *engine.Kernel[sorting[T]]
}

var (
	float64Sorter = newSorter(float64Splitter)
	int64Sorter   = newSorter(int64Splitter)
)

func newSorter[T number](s *splitter[T]) *sorter[T] {
	return &sorter[T]{s,
		engine.NewKernel("ops/spread"+s.kit.name, engine.Idempotent, s.spreadPiece),
		engine.NewKernel("ops/sort"+s.kit.name, engine.Idempotent, s.sortBucket),
		engine.NewKernel("ops/argsort"+s.kit.name, engine.Idempotent, s.argSortBucket),
	}
}

func (s *splitter[T]) spreadPiece(t *engine.Task, a sorting[T]) error {
	k := piece(t)
	return s.sieve(a.buckets).scatter(a.bins(k), partOf(a.X, k, pieceRows), k*pieceRows)
}

// sortBucket sorts a bucket where it lies. Who is killed meanwhile has numbers in its
// registers that are nowhere else, so whoever comes next takes them out of the column
// again.
func (s *splitter[T]) sortBucket(t *engine.Task, a sorting[T]) error {
	j := piece(t)
	lo, hi := a.bounds(j)
	begun := &a.Begun.Slice()[j]
	if a.Pivots.Len() == 0 || *begun != 0 {
		if err := s.sieve(a.buckets).gather(a.bin(lo, hi), a.X.Slice(), j); err != nil {
			return err
		}
	}
	*begun = 1
	s.kit.sort(a.Values.Part(lo, hi))
	return nil
}

func (s *splitter[T]) argSortBucket(t *engine.Task, a sorting[T]) error {
	j := piece(t)
	lo, hi := a.bounds(j)
	if a.Pivots.Len() == 0 {
		if err := s.sieve(a.buckets).gather(a.bin(lo, hi), a.X.Slice(), j); err != nil {
			return err
		}
	}
	order := a.Order.Part(lo, hi)
	var keys []int64
	if s.kit.keyed {
		keys = a.Keys.Part(lo, hi)
	}
	s.kit.places(order, a.Values.Part(lo, hi), keys)
	return kernels.TakeInt64(a.Out.Part(lo, hi), a.Places.Part(lo, hi), order)
}

// Sort returns the elements in sorted order, that of kernels.Sort: a new array, which the
// caller frees. The column is cut at pivots of a sample into a bucket for each worker;
// workers count what of each piece is in which bucket, move it there, and sort the
// buckets (sample sort: Frazer and McKellar 1970). A column of few different values is
// sorted by fewer workers.
func Sort[X Vector](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[float64], err error) {
	return sortOf(ctx, e, float64Sorter, x)
}

// SortInt64 is [Sort] for integers.
func SortInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[int64], err error) {
	return sortOf(ctx, e, int64Sorter, x)
}

func sortOf[T number, X any](ctx context.Context, e *engine.Engine, s *sorter[T], x X) (out shmarena.Array[T], err error) {
	d := &desk{e: e}
	defer named("sort", &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out shmarena.Array[T]) error {
		return s.run(ctx, d, s.sort, sorting[T]{buckets: buckets[T]{X: a}, Values: out})
	})
}

// run sorts a.X by way of a.Values.
func (s *sorter[T]) run(ctx context.Context, d *desk, by *engine.Kernel[sorting[T]], a sorting[T]) error {
	b, ends, err := s.split(ctx, d, a.X, d.e.Workers())
	if err != nil {
		return err
	}
	a.buckets = b
	for _, to := range []*ints{&a.Ends, &a.Begun} {
		if *to, err = take[int64](d, len(ends)); err != nil {
			return err
		}
	}
	copy(a.Ends.Slice(), ends)
	if len(ends) > 1 {
		if err := s.move(ctx, d, &a); err != nil {
			return err
		}
	}
	return over(ctx, d.e, by, len(ends), a)
}

// move has the elements of each bucket brought together.
func (s *sorter[T]) move(ctx context.Context, d *desk, a *sorting[T]) (err error) {
	k := pieces(a.X.Len(), pieceRows)
	if a.Starts, err = take[int64](d, k*a.count()); err != nil {
		return err
	}
	a.start(k)
	return over(ctx, d.e, s.spread, k, *a)
}

// start finds out where the part of each of k pieces begins in each bucket.
func (s sorting[T]) start(k int) {
	n := s.count()
	starts, below := s.Starts.Slice(), s.Below.Slice()
	for j := range n {
		at, _ := s.bounds(j)
		for i := range k {
			starts[i*n+j] = int64(at)
			row := below[i*(n-1) : (i+1)*(n-1)]
			upTo := len(partOf(s.X, i, pieceRows))
			if j < n-1 {
				upTo = int(row[j])
			}
			at += upTo - int(before(row, j))
		}
	}
}

// ArgSort returns the places of the elements in sorted order, equal ones in the order of
// their places, all NaN last: a new array, which the caller frees. It takes four times
// the memory of x while it runs. See [Sort].
func ArgSort[X Vector](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[int64], err error) {
	return argSortOf(ctx, e, float64Sorter, x)
}

// ArgSortInt64 is [ArgSort] for integers.
func ArgSortInt64[X VectorInt64](ctx context.Context, e *engine.Engine, x X) (out shmarena.Array[int64], err error) {
	return argSortOf(ctx, e, int64Sorter, x)
}

func argSortOf[T number, X any](ctx context.Context, e *engine.Engine, s *sorter[T], x X) (out shmarena.Array[int64], err error) {
	d := &desk{e: e}
	defer named("argsort", &err)
	defer d.close(&err)
	a, err := array[T](d, x)
	if err != nil {
		return out, err
	}
	return filled(d, a.Len(), func(out ints) error {
		b := sorting[T]{buckets: buckets[T]{X: a}, Out: out}
		if b.Values, err = take[T](d, a.Len()); err != nil {
			return err
		}
		scratch := []*ints{&b.Places, &b.Order, &b.Keys}
		if !s.kit.keyed {
			scratch = scratch[:2]
		}
		for _, to := range scratch {
			if *to, err = take[int64](d, a.Len()); err != nil {
				return err
			}
		}
		return s.run(ctx, d, s.argSort, b)
	})
}
