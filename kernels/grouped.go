package kernels

import (
	"errors"
	"fmt"
	"math"
)

// ErrCode is what a group code beyond the accumulators leads to.
var ErrCode = errors.New("group code out of range")

// maxGroups is how many groups uint8 codes can tell apart.
const maxGroups = 256

// GroupMoments are the moments and the extremes of the values of one group.
// The zero value is that of no values: Min and Max mean something only if N is
// not 0. It is a plain value that can lie in shared memory.
//
// Min and Max are as in [MinMax]: a NaN makes both NaN. Integers beyond 2^53
// are rounded to float64.
type GroupMoments struct {
	N                  int64
	Mean, M2, Min, Max float64
}

// Moments returns the moments without the extremes.
func (g GroupMoments) Moments() Moments { return Moments{g.N, g.Mean, g.M2} }

// Variance is as in [Moments].
func (g GroupMoments) Variance(ddof int64) (v float64, ok bool) {
	return g.Moments().Variance(ddof)
}

// Merge returns what belongs to the values of both.
func (g GroupMoments) Merge(o GroupMoments) GroupMoments {
	if g.N == 0 {
		return o
	}
	if o.N == 0 {
		return g
	}
	m := g.Moments().Merge(o.Moments())
	return GroupMoments{m.N, m.Mean, m.M2, min(g.Min, o.Min) + 0, max(g.Max, o.Max) + 0}
}

// add merges moments and extremes into g.
func (g *GroupMoments) add(m Moments, lo, hi float64) {
	if lo != lo || hi != hi {
		lo, hi = math.NaN(), math.NaN()
	}
	*g = g.Merge(GroupMoments{m.N, m.Mean, m.M2, lo + 0, hi + 0})
}

// checkCodes returns an error if there is a code of n or more.
func checkCodes(codes []uint8, n int) error {
	if n >= maxGroups {
		return nil
	}
	for i := 0; i < len(codes); i += block1 {
		giveWay(len(codes) - i)
		if largest := maxCode(codes[i:min(i+block1, len(codes))]); int(largest) >= n {
			return fmt.Errorf("code %d for %d groups: %w", largest, n, ErrCode)
		}
	}
	return nil
}

// maxCode returns the largest code, 0 for none.
func maxCode(codes []uint8) uint8 {
	if active == levelAVX512 {
		return maxCodeAVX512(codes)
	}
	if active == levelAVX2 {
		return maxCodeAVX2(codes)
	}
	return maxCodeGo(codes)
}

func maxCodeGo(codes []uint8) uint8 {
	largest := uint8(0)
	for _, c := range codes {
		largest = max(largest, c)
	}
	return largest
}
