package kernels

import (
	"errors"
	"fmt"
	"math"
)

// ErrBins is what a description of bins that cannot be used leads to.
var ErrBins = errors.New("unusable bins")

// Bins are N bins of equal width between Lo and Hi. With w = (Hi-Lo)/N bin i
// begins at Lo + i*w, rounded twice, and ends where the next one begins, which
// is not in it; the last ends at Hi, which is. Make them with [NewBins].
type Bins struct {
	lo, hi, width float64
	n             int
}

// NewBins returns n bins between lo and hi.
//
// It refuses (ErrBins) NaN and infinities, lo >= hi, n < 1, and bins so narrow
// that neighbouring edges are the same float64.
func NewBins(lo, hi float64, n int) (Bins, error) {
	w := (hi - lo) / float64(n)
	switch {
	case n < 1 || n > math.MaxInt32:
		return Bins{}, fmt.Errorf("kernels: %d bins: %w: want 1 to 2^31-1", n, ErrBins)
	case !(lo < hi) || math.IsInf(hi-lo, 0): // also NaN
		return Bins{}, fmt.Errorf("kernels: bins from %v to %v: %w: want a finite range that is not empty", lo, hi, ErrBins)
	case !(lo+w > lo) || !(hi-w < hi) || w < 0x1p-1000:
		return Bins{}, fmt.Errorf("kernels: %d bins from %v to %v: %w: narrower than float64 resolves there", n, lo, hi, ErrBins)
	}
	return Bins{lo, hi, w, n}, nil
}

// Len returns the number of bins.
func (b Bins) Len() int { return b.n }

// Edge returns where bin i begins, and Hi for i == Len.
func (b Bins) Edge(i int) float64 {
	if i == b.n {
		return b.hi
	}
	return b.lo + float64(float64(i)*b.width)
}

// BinsInt64 are n bins of a whole width: bin i holds the integers from
// Lo + i*Width up to, but without, Lo + (i+1)*Width. Make them with
// [NewBinsInt64].
type BinsInt64 struct {
	lo, width int64
	n         int
}

// NewBinsInt64 returns n bins of the given width, the first beginning at lo.
//
// It refuses (ErrBins) a width or n below 1 and bins that end beyond int64.
func NewBinsInt64(lo, width int64, n int) (BinsInt64, error) {
	if width < 1 || n < 1 || n > math.MaxInt32 {
		return BinsInt64{}, fmt.Errorf("kernels: %d bins of width %d: %w: want at least 1 of each, and less than 2^31 bins", n, width, ErrBins)
	}
	room := uint64(math.MaxInt64) - uint64(lo) // exact: it is not negative
	if uint64(width) > room/uint64(n) {
		return BinsInt64{}, fmt.Errorf("kernels: %d bins of width %d from %d: %w: they end beyond int64", n, width, lo, ErrBins)
	}
	return BinsInt64{lo, width, n}, nil
}

// Len returns the number of bins.
func (b BinsInt64) Len() int { return b.n }

// Edge returns where bin i begins; Edge(Len()) is where the last one ends.
func (b BinsInt64) Edge(i int) int64 { return b.lo + int64(i)*b.width }

// Cells returns how many cells one group of a histogram needs: one for what
// lies below the bins, one for each bin, one for what lies above.
func (b BinsInt64) Cells() int { return b.n + 2 }

// cell returns the cell of v: 0 below the bins, i+1 in bin i, n+1 above.
func (b BinsInt64) cell(v int64) int {
	if v < b.lo {
		return 0
	}
	// The distance of two int64 fits into a uint64.
	return int(min((uint64(v)-uint64(b.lo))/uint64(b.width), uint64(b.n))) + 1
}
