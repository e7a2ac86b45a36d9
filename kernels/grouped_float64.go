package kernels

import "fmt"

// GroupedMoments adds x to the moments of their groups: codes[i] is the group
// of x[i], and acc[g] what has been found of group g so far. It is the loop
//
//	for i, v := range x { acc[codes[i]] = acc[codes[i]].Merge(GroupMoments{1, v, 0, v, v}) }
//
// up to rounding: each block of 16 Ki rows is summed after a value near the
// group's mean has been taken off (its mean so far, or its first value), and
// the blocks are merged. If k rows of the block are of a group, its M2 has a
// relative error below k*(k+3)*2^-53 at the very worst (the first value apart
// from all others), and typically of 1e-14.
//
// A code without an accumulator is ErrCode, and nothing is written.
//
// Preconditions: len(codes) == len(x); else it panics.
func GroupedMoments(acc []GroupMoments, codes []uint8, x []float64) error {
	sameLength(len(codes), len(x))
	if err := checkCodes(codes, len(acc)); err != nil {
		return fmt.Errorf("kernels: grouped moments: %w", err)
	}
	for len(x) > 0 {
		safepoint()
		n := min(len(x), block2)
		groupedMomentsGo(acc, codes[:n], x[:n])
		codes, x = codes[n:], x[n:]
	}
	return nil
}

// groupSums are the sums of one group in one block.
type groupSums struct {
	n             int64
	shift, s1, s2 float64
	lo, hi        float64
}

func groupedMomentsGo(acc []GroupMoments, codes []uint8, x []float64) {
	var sums [maxGroups]groupSums
	for g := range acc[:min(len(acc), maxGroups)] {
		sums[g].shift = finite(acc[g].Mean)
	}
	for i, v := range x {
		s := &sums[codes[i]]
		if s.n == 0 {
			s.lo, s.hi = v, v
			if acc[codes[i]].N == 0 {
				s.shift = finite(v)
			}
		}
		s.add(v)
	}
	for g := range acc[:min(len(acc), maxGroups)] {
		if s := &sums[g]; s.n > 0 {
			acc[g].add(momentsFrom(s.n, s.shift, s.s1, s.s2), s.lo, s.hi)
		}
	}
}

func (s *groupSums) add(v float64) {
	d := v - s.shift
	s.n++
	s.s1 += d
	s.s2 += float64(d * d)
	s.lo = min(s.lo, v)
	s.hi = max(s.hi, v)
}
