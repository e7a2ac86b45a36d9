package byhour

import (
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/kernels"
)

var bins = mustBins()

func mustBins() kernels.BinsInt64 {
	b, err := kernels.NewBinsInt64(BinLow, BinWidth, Bins)
	if err != nil {
		panic(err)
	}
	return b
}

// Scratch is the room that one worker needs to compute leaves.
type Scratch struct {
	hours [LeafRows]uint8
}

// Accumulate computes the job over one leaf. It overwrites *p. The error is
// that of a kernel which was given an hour beyond the day; with the kernel
// that makes the hours it cannot happen.
//
// Preconditions: the leaf has at most [LeafRows] rows.
func (s *Scratch) Accumulate(p *Partial, leaf flights.Columns) error {
	*p = Partial{}
	hours := s.hours[:leaf.Len()]
	kernels.HourOfDay(hours, leaf.Date)
	// The histogram comes first: it computes longest for each byte, so that it
	// hides best that the delays are not in the cache yet.
	if err := kernels.GroupedHistogramInt64(p.Hist[:], hours, leaf.Delay, bins); err != nil {
		return err
	}
	p.Co = kernels.CoMomentsInt64(leaf.Delay, leaf.Distance)
	return kernels.GroupedMomentsInt64(p.Hour[:], hours, leaf.Delay)
}
