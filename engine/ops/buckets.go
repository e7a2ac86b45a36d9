package ops

import (
	"context"
	"slices"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// Buckets are the parts of a column between pivots: bucket j holds what is not below
// pivot j-1 and below pivot j; the last one, NaN too. So all elements of a bucket come
// before all of the next in sorted order, and each is sorted by itself.
type buckets[T number] struct {
	X      shmarena.Array[T]
	Pivots shmarena.Array[T] // one less than there are buckets; none if there is one
	Below  ints              // of each piece, how many are below each pivot
}

// count is how many buckets there are.
func (b buckets[T]) count() int { return b.Pivots.Len() + 1 }

const (
	bucketRows = 64 << 10 // fewer rows are one bucket
	perPivot   = 2048     // elements of the sample for each bucket: sizes differ by some 2 %
	sampleRows = 64 << 10 // and for all of them
)

// A splitter cuts columns of one type into buckets.
type splitter[T number] struct {
	kit   *kit[T]
	below *engine.Kernel[buckets[T]]
}

var (
	float64Splitter = newSplitter(float64Kit)
	int64Splitter   = newSplitter(int64Kit)
)

func newSplitter[T number](kit *kit[T]) *splitter[T] {
	return &splitter[T]{kit, engine.NewKernel("ops/below"+kit.name, engine.Idempotent, func(t *engine.Task, b buckets[T]) error {
		k, n := piece(t), b.Pivots.Len()
		below := b.Below.Part(k*n, (k+1)*n)
		clear(below) // a second try begins anew
		for block := range slices.Chunk(partOf(b.X, k, pieceRows), 2*blockRows) {
			for j, p := range b.Pivots.Slice() {
				below[j] += int64(kit.count(block, less, p))
			}
		}
		return nil
	})}
}

// split cuts x into at most n buckets of about one size, and returns where each ends.
func (s *splitter[T]) split(ctx context.Context, d *desk, x shmarena.Array[T], n int) (b buckets[T], ends []int64, err error) {
	b.X = x
	n = max(1, min(n, x.Len()/bucketRows))
	ends = make([]int64, n)
	ends[n-1] = int64(x.Len())
	if n == 1 {
		return b, ends, nil
	}
	if b.Pivots, err = take[T](d, n-1); err != nil {
		return b, nil, err
	}
	s.choosePivots(b.Pivots.Slice(), x.Slice())
	k := pieces(x.Len(), pieceRows)
	if b.Below, err = take[int64](d, k*(n-1)); err != nil {
		return b, nil, err
	}
	if err := over(ctx, d.e, s.below, k, b); err != nil {
		return b, nil, err
	}
	below := b.Below.Slice()
	for i := range below {
		ends[i%(n-1)] += below[i]
	}
	return b, ends, nil
}

// choosePivots takes elements at places that look like chance and are always the same
// (Knuth's multiplicative hash), and of those in sorted order some at equal distances.
func (s *splitter[T]) choosePivots(pivots, x []T) {
	n := min(perPivot, sampleRows/(len(pivots)+1))
	sample := make([]T, (len(pivots)+1)*n)
	for i := range sample {
		sample[i] = x[uint64(i)*0x9E3779B97F4A7C15%uint64(len(x))]
	}
	s.kit.sort(sample)
	for j := range pivots {
		pivots[j] = sample[(j+1)*n]
	}
}
