package kernels

import (
	"fmt"
	"math"
)

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
	return groupedMoments(acc, codes, x)
}

// numeral are the types that are summed as float64 by group.
type numeral interface{ float64 | float32 | int32 }

func groupedMoments[T numeral](acc []GroupMoments, codes []uint8, x []T) error {
	sameLength(len(codes), len(x))
	if err := checkCodes(codes, len(acc)); err != nil {
		return fmt.Errorf("kernels: grouped moments: %w", err)
	}
	acc = acc[:min(len(acc), maxGroups)]
	var p pace
	for len(x) > 0 {
		n := p.next(len(x), block2)
		groupedMomentsBlock(acc, codes[:n], x[:n])
		codes, x = codes[n:], x[n:]
	}
	return nil
}

// groupSums are the sums of one group in one block: the number of values, the
// sums of their distances from shift and of the squares of these, and the
// extremes, which mean something if n is not 0. Assembly knows this layout.
type groupSums struct {
	n             int64
	shift, s1, s2 float64
	lo, hi        float64
}

func groupedMomentsBlock[T numeral](acc []GroupMoments, codes []uint8, x []T) {
	var sums [maxGroups]groupSums
	setShifts(&sums, acc, codes, x)
	if active == levelGo {
		groupFloatsGo(sums[:len(acc)], codes, x)
	} else {
		groupFloatsVector(sums[:len(acc)], codes, x)
	}
	for g := range acc {
		if s := &sums[g]; s.n > 0 {
			acc[g].add(momentsFrom(s.n, s.shift, s.s1, s.s2), s.lo, s.hi)
		}
	}
}

// setShifts sets each shift to the group's mean so far, or to its first value.
func setShifts[T numeral](sums *[maxGroups]groupSums, acc []GroupMoments, codes []uint8, x []T) {
	var fresh [maxGroups]bool
	left := 0
	for g := range acc {
		sums[g].shift = finite(acc[g].Mean)
		if acc[g].N == 0 {
			fresh[g] = true
			left++
		}
	}
	for i := 0; left > 0 && i < len(codes); i++ {
		if c := codes[i]; fresh[c] {
			fresh[c] = false
			left--
			sums[c].shift = finite(float64(x[i]))
		}
	}
}

// groupFloatsGo sets the sums of all groups, given their shifts.
func groupFloatsGo[T numeral](sums []groupSums, codes []uint8, x []T) {
	for g := range sums {
		sums[g] = groupSums{shift: sums[g].shift, lo: math.Inf(1), hi: math.Inf(-1)}
	}
	for i, w := range x {
		s, v := &sums[codes[i]], float64(w)
		d := v - s.shift
		s.n++
		s.s1 += d
		s.s2 += float64(d * d)
		s.lo = min(s.lo, v)
		s.hi = max(s.hi, v)
	}
}

func groupFloatsVector[T numeral](sums []groupSums, codes []uint8, x []T) {
	if len(sums) <= fewGroups {
		var scratch [(fewGroups + 1) * floatScratch]uint64
		groupFloatsAsm(sums, codes, x, &scratch[0])
	} else {
		var scratch [(maxGroups + 1) * floatScratch]uint64
		groupFloatsAsm(sums, codes, x, &scratch[0])
	}
	for g := range sums {
		if s := &sums[g]; s.s1 != s.s1 && hasNaN(uint8(g), codes, x) {
			s.lo, s.hi = s.s1, s.s1
		}
	}
}

// floatScratch is how many words of scratch a group needs; and as many more
// are there for alignment.
const floatScratch = 256 / 8

// groupFloatsAsm looks at the type: what a function value is called with does not
// stay on the stack.
func groupFloatsAsm[T numeral](sums []groupSums, codes []uint8, x []T, scratch *uint64) {
	wide := active == levelAVX512
	switch x := any(x).(type) {
	case []float64:
		if wide {
			groupFloatsAVX512(&sums[0].n, len(sums), codes, x, scratch)
		} else {
			groupFloatsAVX2(&sums[0].n, len(sums), codes, x, scratch)
		}
	case []float32:
		if wide {
			groupFloatsFloat32AVX512(&sums[0].n, len(sums), codes, x, scratch)
		} else {
			groupFloatsFloat32AVX2(&sums[0].n, len(sums), codes, x, scratch)
		}
	case []int32:
		if wide {
			groupFloatsInt32AVX512(&sums[0].n, len(sums), codes, x, scratch)
		} else {
			groupFloatsInt32AVX2(&sums[0].n, len(sums), codes, x, scratch)
		}
	}
}

// hasNaN reports whether there is a NaN in a group.
func hasNaN[T numeral](group uint8, codes []uint8, x []T) bool {
	for i, v := range x {
		if v != v && codes[i] == group {
			return true
		}
	}
	return false
}
