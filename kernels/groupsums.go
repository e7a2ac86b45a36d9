package kernels

import (
	"fmt"
	"math/bits"
)

// GroupSum is the exact sum and the extremes of the integers of one group. The
// zero value is that of none: Min and Max mean something only if N is not 0. It
// is a plain value that can lie in shared memory.
type GroupSum struct {
	N        int64
	Sum      Int128
	Min, Max int64
}

// Mean returns the mean, rounded twice: the sum, and the quotient. ok is false
// if there are no values.
func (g GroupSum) Mean() (mean float64, ok bool) {
	if g.N == 0 {
		return 0, false
	}
	return g.Sum.Float64() / float64(g.N), true
}

// Merge returns what belongs to the values of both. It is exact, so the order in
// which parts are merged does not matter.
func (g GroupSum) Merge(o GroupSum) GroupSum {
	if g.N == 0 {
		return o
	}
	if o.N == 0 {
		return g
	}
	return GroupSum{g.N + o.N, g.Sum.Add(o.Sum), min(g.Min, o.Min), max(g.Max, o.Max)}
}

// add puts one value to the others.
func (g *GroupSum) add(v int64) {
	if g.N == 0 {
		g.Min, g.Max = v, v
	}
	g.N++
	lo, carry := bits.Add64(g.Sum.Lo, uint64(v), 0)
	g.Sum.Lo = lo
	g.Sum.Hi += v>>63 + int64(carry)
	g.Min = min(g.Min, v)
	g.Max = max(g.Max, v)
}

// GroupedSumInt64 adds x to the sums of their groups, of which there may be as
// many as a [Table] has keys: codes[i] is the group of x[i]. It is the loop
//
//	for i, v := range x { acc[codes[i]] = acc[codes[i]].Merge(GroupSum{1, v, v, v}) }
//
// and exact. A code without an accumulator, such as [NoCode], is [ErrCode], and
// nothing is written; but one that somebody changes meanwhile leads to that error
// with part of x added.
//
// Preconditions: len(codes) == len(x); else it panics.
func GroupedSumInt64(acc []GroupSum, codes []uint32, x []int64) error {
	return groupedSum(acc, codes, x)
}

func groupedSum[T int64 | int32](acc []GroupSum, codes []uint32, x []T) error {
	sameLength(len(codes), len(x))
	if err := checkWide(codes, len(acc), false); err != nil {
		return fmt.Errorf("kernels: grouped sum: %w", err)
	}
	for i, c := range codes {
		if int(c) >= len(acc) {
			return fmt.Errorf("kernels: grouped sum: a code was changed meanwhile: %w", ErrCode)
		}
		acc[c].add(int64(x[i]))
	}
	return nil
}

// GroupedMomentsByCode is [GroupedMoments] for any number of groups. It merges row
// by row (Welford 1962), so the error of M2 grows with the number of rows of a
// group, n*2^-53 relative to it and to n times the square of the mean's own
// error; GroupedMoments does better for few groups.
func GroupedMomentsByCode(acc []GroupMoments, codes []uint32, x []float64) error {
	return groupedMomentsByCode(acc, codes, x)
}

func groupedMomentsByCode[T float64 | float32](acc []GroupMoments, codes []uint32, x []T) error {
	sameLength(len(codes), len(x))
	if err := checkWide(codes, len(acc), false); err != nil {
		return fmt.Errorf("kernels: grouped moments: %w", err)
	}
	for i, c := range codes {
		if int(c) >= len(acc) {
			return fmt.Errorf("kernels: grouped moments: a code was changed meanwhile: %w", ErrCode)
		}
		acc[c].addOne(float64(x[i]))
	}
	return nil
}

// addOne merges one value into g.
func (g *GroupMoments) addOne(v float64) {
	if g.N == 0 {
		*g = GroupMoments{1, v, v - v, v + 0, v + 0}
		return
	}
	g.N++
	d := v - g.Mean
	g.Mean += d / float64(g.N)
	g.M2 += float64(d * (v - g.Mean))
	g.Min = min(g.Min, v) + 0
	g.Max = max(g.Max, v) + 0
}
