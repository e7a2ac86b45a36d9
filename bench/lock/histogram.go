package lock

import (
	"fmt"
	"math/bits"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Waits are counted by the workers in buckets of equal width within each power
// of two, 64 of them: so a wait is known to 1.6 %, up to 2^37 ns. The command
// puts what they counted into a histogram of package hdrhistogram.
const subBits = 6

// bucketOf returns a wait's bucket.
func bucketOf(ns uint64) int {
	if ns < 1<<subBits {
		return int(ns)
	}
	e := bits.Len64(ns) - 1
	return min((e-subBits)<<subBits+int(ns>>(e-subBits)), bucketCount-1)
}

// bucketTop returns the longest wait of a bucket.
func bucketTop(i int) uint64 {
	if i < 2<<subBits {
		return uint64(i)
	}
	shift := i>>subBits - 1
	return (uint64(i&(1<<subBits-1))+1<<subBits+1)<<shift - 1
}

// record counts one wait.
func (s *slot) record(ns uint64) {
	if ns > s.max {
		s.max = ns
	}
	s.bucket[bucketOf(ns)]++
}

// longest is the longest wait that a histogram tells apart: a minute.
const longest = int64(60e9)

// waits are the waits of some measurements.
type waits struct {
	h   *hdrhistogram.Histogram
	max int64 // exactly
}

func newWaits() *waits { return &waits{h: hdrhistogram.New(1, longest, 3)} }

// add adds n waits of about ns.
func (w *waits) add(ns uint64, n uint64) error {
	return w.h.RecordValues(int64(min(max(ns, 1), uint64(longest))), int64(n))
}

// addSlot adds what a worker counted, which must be as many as it says.
func (w *waits) addSlot(s *slot) error {
	var counted uint64
	for i := range s.bucket {
		n := s.bucket[i]
		if n == 0 {
			continue
		}
		counted += n
		if err := w.add(min(bucketTop(i), s.max), n); err != nil {
			return err
		}
	}
	if counted != s.ops {
		return fmt.Errorf("%d waits were counted in %d operations", counted, s.ops)
	}
	w.max = max(w.max, int64(s.max))
	return nil
}

// merge adds the waits of another measurement.
func (w *waits) merge(v *waits) {
	w.h.Merge(v.h)
	w.max = max(w.max, v.max)
}

// count returns how many waits there are.
func (w *waits) count() int64 { return w.h.TotalCount() }

// at returns the wait that a share of all do not exceed, in percent. It is never
// more than the longest one.
func (w *waits) at(percent float64) float64 {
	return float64(min(w.h.ValueAtPercentile(percent), w.max))
}
