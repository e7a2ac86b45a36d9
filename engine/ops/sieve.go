package ops

import (
	"github.com/shmengine/shmengine/kernels"
)

const less = kernels.Less

// A sieve tells the elements of each bucket from the others, block by block.
type sieve[T number] struct {
	kit        *kit[T]
	pivots     []T
	mask, last []uint64 // elements of a bucket; elements below its pivot and all before
}

// blockRows is how many elements are looked at at a time, in the first-level cache.
const blockRows = 2048

func (s *splitter[T]) sieve(b buckets[T]) *sieve[T] {
	return &sieve[T]{s.kit, b.Pivots.Slice(), make([]uint64, blockRows/64), make([]uint64, blockRows/64)}
}

// of returns a mask of the elements of a block that are in bucket j. With a j that is
// the one after the last call's, for the same block, next is cheaper.
func (s *sieve[T]) of(block []T, j int) []uint64 {
	last := s.last[:(len(block)+63)/64]
	if j > 0 {
		s.kit.compare(last, block, less, s.pivots[j-1])
	} else {
		clear(last)
	}
	return s.next(block, j)
}

// next is of for bucket j behind j-1.
func (s *sieve[T]) next(block []T, j int) []uint64 {
	mask, last := s.mask[:(len(block)+63)/64], s.last[:(len(block)+63)/64]
	if j < len(s.pivots) {
		s.kit.compare(mask, block, less, s.pivots[j])
	} else {
		fill(mask, len(block))
	}
	for i, m := range mask {
		mask[i], last[i] = m&^last[i], m
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

// A bin is where the elements of a bucket go, and their places if those are wanted.
type bin[T number] struct {
	values []T
	places []int64 // nil: not wanted
}

// put writes the elements of a block that a mask names, the first of which is row lo of
// the column, and takes their room off the bin. It fails if there are more than the bin
// has room for: the column has changed.
func (b *bin[T]) put(kit *kit[T], block []T, mask []uint64, lo int) error {
	n, err := kit.filter(b.values, block, mask, 0)
	if err != nil {
		return ErrChanged
	}
	b.values = b.values[n:]
	if b.places == nil {
		return nil
	}
	m, err := kernels.Where(b.places, mask, 0, len(block))
	if err != nil || m != n {
		return ErrChanged
	}
	for i := range b.places[:n] {
		b.places[i] += int64(lo)
	}
	b.places = b.places[n:]
	return nil
}

// full reports that nothing is missing; what is has changed.
func (b *bin[T]) full() error {
	if len(b.values) > 0 {
		return ErrChanged
	}
	return nil
}

// gather writes the elements of bucket j among all of x to a bin.
func (s *sieve[T]) gather(to bin[T], x []T, j int) error {
	if len(s.pivots) == 0 && to.places == nil && len(to.values) == len(x) {
		copy(to.values, x)
		return nil
	}
	for lo := 0; lo < len(x); lo += blockRows {
		block := x[lo:min(lo+blockRows, len(x))]
		if err := to.put(s.kit, block, s.of(block, j), lo); err != nil {
			return err
		}
	}
	return to.full()
}

// scatter writes the elements of all buckets among some of x, from row from on, to a bin
// each.
func (s *sieve[T]) scatter(to []bin[T], x []T, from int) error {
	for lo := 0; lo < len(x); lo += blockRows {
		block := x[lo:min(lo+blockRows, len(x))]
		clear(s.last)
		for j := range to {
			if err := to[j].put(s.kit, block, s.next(block, j), from+lo); err != nil {
				return err
			}
		}
	}
	for j := range to {
		if err := to[j].full(); err != nil {
			return err
		}
	}
	return nil
}
