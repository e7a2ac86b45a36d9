package kernels

import (
	"fmt"
	"math"
	"math/bits"
)

// GroupedMomentsInt64 adds x to the moments of their groups: codes[i] is the
// group of x[i], and acc[g] what has been found of group g so far. It is the
// loop
//
//	for i, v := range x { acc[codes[i]] = acc[codes[i]].Merge(GroupMoments{1, v, 0, v, v}) }
//
// without its rounding: a block of 16 Ki rows whose values lie within 2^24 of
// its first one is summed exactly, in integers, and rounded once; then the
// blocks are merged. Other blocks are summed as by [GroupedMoments], by the
// plain-Go body, some five times slower. The result is the same to the bit on
// every level.
//
// A code without an accumulator is ErrCode, and nothing is written.
//
// Preconditions: len(codes) == len(x); else it panics.
func GroupedMomentsInt64(acc []GroupMoments, codes []uint8, x []int64) error {
	sameLength(len(codes), len(x))
	if err := checkCodes(codes, len(acc)); err != nil {
		return fmt.Errorf("kernels: grouped moments: %w", err)
	}
	acc = acc[:min(len(acc), maxGroups)]
	var p pace
	for len(x) > 0 {
		n := p.next(len(x), block2)
		groupedMomentsInt64Block(acc, codes[:n], x[:n])
		codes, x = codes[n:], x[n:]
	}
	return nil
}

// spread is the distance from a block's first value up to which its sums fit:
// spread^2 * block2 < 2^63.
const spread = 1 << 24

func groupedMomentsInt64Block(acc []GroupMoments, codes []uint8, x []int64) {
	if near(x, x[0]) {
		groupedNear(acc, codes, x)
	} else {
		groupedFar(acc, codes, x)
	}
}

// near reports whether all v - ref lie in [-spread, spread), and ref so far
// from the ends of int64 that a difference which wraps round does not.
func near(x []int64, ref int64) bool {
	return shiftFits(ref) && nearBits(x, ref-spread)/(2*spread) == 0
}

// nearBits returns the OR of all v - from.
func nearBits(x []int64, from int64) uint64 {
	if active == levelAVX512 {
		return nearBitsAVX512(x, from)
	}
	if active == levelAVX2 {
		return nearBitsAVX2(x, from)
	}
	return nearBitsGo(x, from)
}

func nearBitsGo(x []int64, from int64) uint64 {
	or := uint64(0)
	for _, v := range x {
		or |= uint64(v - from)
	}
	return or
}

// intSums are the exact sums of one group in one block: the number of values,
// the sums of their distances from the block's first value and of the squares
// of these, and the extreme distances. The extremes of no values are whatever
// is larger and smaller than any. Assembly knows this layout.
type intSums struct{ n, s1, s2, lo, hi int64 }

// groupedNear adds a block whose values are near the first.
func groupedNear(acc []GroupMoments, codes []uint8, x []int64) {
	var sums [maxGroups]intSums
	ref := x[0]
	nearSums(sums[:len(acc)], codes, x, ref)
	for g := range acc {
		if s := &sums[g]; s.n > 0 {
			acc[g].add(s.moments(ref), float64(ref+s.lo), float64(ref+s.hi))
		}
	}
}

// nearSums sets the sums of all groups.
func nearSums(sums []intSums, codes []uint8, x []int64, ref int64) {
	if active == levelGo {
		nearSumsGo(sums, codes, x, ref)
	} else if len(sums) <= fewGroups {
		var scratch [(fewGroups + 1) * groupScratch]uint64
		nearSumsVector(sums, codes, x, ref, &scratch[0])
	} else {
		var scratch [(maxGroups + 1) * groupScratch]uint64
		nearSumsVector(sums, codes, x, ref, &scratch[0])
	}
}

const (
	groupScratch = 128 / 8 // words of scratch a group; one more for alignment
	fewGroups    = 32      // up to which little scratch is cleared
)

func nearSumsVector(sums []intSums, codes []uint8, x []int64, ref int64, scratch *uint64) {
	if active == levelAVX512 {
		nearSumsAVX512(&sums[0].n, len(sums), codes, x, ref, scratch)
	} else {
		nearSumsAVX2(&sums[0].n, len(sums), codes, x, ref, scratch)
	}
}

func nearSumsGo(sums []intSums, codes []uint8, x []int64, ref int64) {
	for g := range sums {
		sums[g] = intSums{lo: math.MaxInt64, hi: math.MinInt64}
	}
	for i, v := range x {
		s, d := &sums[codes[i]], v-ref
		s.n++
		s.s1 += d
		s.s2 += d * d
		s.lo = min(s.lo, d)
		s.hi = max(s.hi, d)
	}
}

// moments rounds the sums: n*M2 = n*s2 - s1^2 is exact in 128 bits.
func (s *intSums) moments(ref int64) Moments {
	n := float64(s.n)
	aHi, aLo := bits.Mul64(uint64(s.n), uint64(s.s2))
	abs := uint64(max(s.s1, -s.s1))
	bHi, bLo := bits.Mul64(abs, abs)
	lo, borrow := bits.Sub64(aLo, bLo, 0)
	hi, _ := bits.Sub64(aHi, bHi, borrow)
	return Moments{N: s.n, Mean: float64(ref) + float64(s.s1)/n, M2: float128(hi, lo) / n}
}

// groupedFar adds a block of any values.
func groupedFar(acc []GroupMoments, codes []uint8, x []int64) {
	var sums [maxGroups]farSums
	for i, v := range x {
		s := &sums[codes[i]]
		if s.n == 0 {
			s.ref, s.lo, s.hi = v, v, v
		}
		s.add(v)
	}
	for g := range acc {
		if s := &sums[g]; s.n > 0 {
			acc[g].add(momentsFrom(s.n, float64(s.ref), s.s1, s.s2), float64(s.lo), float64(s.hi))
		}
	}
}

// farSums are the sums of one group in one block, taken from its first value.
type farSums struct {
	n, ref, lo, hi int64
	s1, s2         float64
}

func (s *farSums) add(v int64) {
	d := difference(v, s.ref)
	s.n++
	s.s1 += d
	s.s2 += float64(d * d)
	s.lo = min(s.lo, v)
	s.hi = max(s.hi, v)
}
