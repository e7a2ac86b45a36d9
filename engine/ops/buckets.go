package ops

import (
	"context"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/kernels"
)

// Buckets are the parts of a column between pivots: bucket j holds what is not below
// pivot j-1 and below pivot j; the last one, NaN too. So all elements of a bucket come
// before all of the next in sorted order, and each is sorted by itself.
type buckets struct {
	X      floats
	Pivots floats // one less than there are buckets; none if there is one
	Below  ints   // of each piece, how many are below each pivot
}

const (
	bucketRows = 64 << 10 // fewer rows are one bucket
	perPivot   = 128      // elements of the sample for each bucket
)

var belowPivots = engine.NewKernel("ops/below", engine.Idempotent, func(t *engine.Task, b buckets) error {
	k, n := piece(t), b.Pivots.Len()
	part := partOf(b.X, k, pieceRows)
	for j, p := range b.Pivots.Slice() {
		b.Below.Slice()[k*n+j] = int64(kernels.Count(part, kernels.Less, p))
	}
	return nil
})

// split cuts x into at most n buckets of about one size, and returns where each ends.
func split(ctx context.Context, d *desk, x floats, n int) (b buckets, ends []int64, err error) {
	b.X = x
	n = max(1, min(n, x.Len()/bucketRows))
	ends = make([]int64, n)
	ends[n-1] = int64(x.Len())
	if n == 1 {
		return b, ends, nil
	}
	if b.Pivots, err = take[float64](d, n-1); err != nil {
		return b, nil, err
	}
	choosePivots(b.Pivots.Slice(), x.Slice())
	k := pieces(x.Len(), pieceRows)
	if b.Below, err = take[int64](d, k*(n-1)); err != nil {
		return b, nil, err
	}
	if err := over(ctx, d.e, belowPivots, k, b); err != nil {
		return b, nil, err
	}
	for i := range k {
		kernels.AddInt64(ends[:n-1], ends[:n-1], b.Below.Part(i*(n-1), (i+1)*(n-1)))
	}
	return b, ends, nil
}

// choosePivots takes elements at places that look like chance and are always the same
// (Knuth's multiplicative hash), and of those in sorted order some at equal distances.
func choosePivots(pivots, x []float64) {
	sample := make([]float64, (len(pivots)+1)*perPivot)
	for i := range sample {
		sample[i] = x[uint64(i)*0x9E3779B97F4A7C15%uint64(len(x))]
	}
	kernels.Sort(sample)
	for j := range pivots {
		pivots[j] = sample[(j+1)*perPivot]
	}
}

// A sieve lets the elements of one bucket through.
type sieve struct {
	b         buckets
	j         int
	not, mask []uint64
}

// blockRows is how many elements are looked at at a time, in the first-level cache.
const blockRows = 2048

func (b buckets) sieve(j int) *sieve {
	return &sieve{b: b, j: j, not: make([]uint64, blockRows/64), mask: make([]uint64, blockRows/64)}
}

// of returns a mask of the elements of a block that are in the bucket.
func (s *sieve) of(block []float64) []uint64 {
	mask, not := s.mask[:(len(block)+63)/64], s.not[:(len(block)+63)/64]
	pivots := s.b.Pivots.Slice()
	if s.j < len(pivots) {
		kernels.Compare(mask, block, kernels.Less, pivots[s.j])
	} else {
		fill(mask, len(block))
	}
	if s.j > 0 {
		kernels.Compare(not, block, kernels.Less, pivots[s.j-1])
		for i := range mask {
			mask[i] &^= not[i]
		}
	}
	return mask
}

// fill sets the first n bits of a mask.
func fill(mask []uint64, n int) {
	for i := range mask {
		mask[i] = ^uint64(0)
	}
	if n%64 != 0 {
		mask[len(mask)-1] = 1<<(n%64) - 1
	}
}

// gather writes the elements of a bucket to dst, in order, and their places to places if
// it is there. It fails if there are more or fewer than dst has room for: x has changed.
func (s *sieve) gather(dst []float64, places []int64) error {
	x, at := s.b.X.Slice(), 0
	for lo := 0; lo < len(x); lo += blockRows {
		block := x[lo:min(lo+blockRows, len(x))]
		mask := s.of(block)
		n, err := kernels.Filter(dst[at:], block, mask, 0)
		if err != nil {
			return ErrChanged
		}
		if places != nil {
			m, err := kernels.Where(places[at:], mask, 0, len(block))
			if err != nil || m != n {
				return ErrChanged
			}
			for i := range places[at : at+n] {
				places[at+i] += int64(lo)
			}
		}
		at += n
	}
	if at != len(dst) {
		return ErrChanged
	}
	return nil
}
