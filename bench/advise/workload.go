package advise

import (
	"fmt"
	"math"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

// A Workload is the shape of some work: how much, how heavy, how much of it is waiting.
type Workload struct {
	Bytes   int64   `json:"bytes"`            // of input
	Cost    float64 `json:"cost_ns_per_byte"` // of one worker, alone: computing, reading and waiting
	Wait    float64 `json:"wait_fraction"`    // share of that time in which it waits for something else
	Risk    float64 `json:"crash_risk"`       // chance that a partition kills its process
	Workers int     `json:"workers"`
	// Partition is the size of partitions where that is not free; 0 means that it is.
	Partition int64 `json:"partition_bytes,omitempty"`
}

// Limits of a workload.
const (
	leastBytes  = 4 << 10
	mostWorkers = 64
	mostCost    = 1e9
)

// Validate says what is wrong with w.
func (w Workload) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{report.ErrOptions}, args...)...)
	}
	switch {
	case w.Bytes < leastBytes || w.Bytes > 1<<50:
		return bad("%d bytes (want 4 KiB to 1 PiB)", w.Bytes)
	case !(w.Cost >= 0 && w.Cost <= mostCost):
		return bad("a cost of %v ns a byte (want 0 to %g)", w.Cost, mostCost)
	case !(w.Wait >= 0 && w.Wait < 1):
		return bad("a wait fraction of %v (want 0 to less than 1)", w.Wait)
	case !(w.Risk >= 0 && w.Risk < 1):
		return bad("a crash risk of %v (want 0 to less than 1)", w.Risk)
	case w.Partition != 0 && (w.Partition < leastPartition || w.Partition > mostPartition || w.Partition%8 != 0):
		return bad("partitions of %d bytes (want 4 KiB to 64 MiB, in words of 8)", w.Partition)
	case w.Workers < 1 || w.Workers > mostWorkers:
		return bad("%d workers (want 1 to %d)", w.Workers, mostWorkers)
	}
	return nil
}

// String gives the workload on one line.
func (w Workload) String() string {
	return fmt.Sprintf("%s at %s ns a byte (%s on one worker), %s of it waiting, a partition kills its process with a chance of %g, %s",
		machine.FormatSize(w.Bytes), report.Number(w.Cost), nanos(float64(w.Bytes)*w.Cost), report.Percent(w.Wait), w.Risk, report.Plural(w.Workers, "worker"))
}

// parts is how many partitions of a size there are.
func (w Workload) parts(size int64) float64 { return math.Ceil(float64(w.Bytes) / float64(size)) }

// Partitions are tried from the least to the greatest, in powers of two.
const (
	leastPartition = 4 << 10
	mostPartition  = 64 << 20
)

// sizes are the partitions to try.
func (w Workload) sizes() (list []int64) {
	if w.Partition > 0 {
		return []int64{min(w.Partition, w.Bytes)}
	}
	for size := int64(leastPartition); size <= mostPartition && size <= w.Bytes; size *= 2 {
		list = append(list, size)
	}
	return list
}
