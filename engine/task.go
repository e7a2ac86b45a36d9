package engine

import "sync/atomic"

// LeafRows is the number of rows in a leaf: what a kernel is called with at
// once, but for the last leaf, which may be shorter. Leaves begin at multiples
// of LeafRows.
const LeafRows = 32 << 10

// A Task is one call's view of a job: which rows it is to do, and whether it
// still should. It is valid during the call only.
type Task struct {
	lo, hi, end int
	partition   int
	attempt     int
	worker      int
	cancel      *atomic.Uint32
}

// Rows returns the rows [lo, hi) of this call.
func (t *Task) Rows() (lo, hi int) { return t.lo, t.hi }

// Len returns the number of rows of this call.
func (t *Task) Len() int { return t.hi - t.lo }

// Partition returns the index of the partition that the rows belong to.
func (t *Task) Partition() int { return t.partition }

// Attempt returns how often this partition was begun before by a worker that
// died: 0 the first time.
func (t *Task) Attempt() int { return t.attempt }

// Worker returns the index of the worker that runs the call.
func (t *Task) Worker() int { return t.worker }

// Err returns [ErrCancelled] once the job's result is no longer wanted, and nil
// before. The engine asks between leaves; a kernel that takes long for one leaf
// asks more often, and returns the error.
func (t *Task) Err() error {
	if t.cancel.Load() != 0 {
		return ErrCancelled
	}
	return nil
}

// begin places t before the first leaf of rows [lo, end).
func (t *Task) begin(lo, end int) { t.lo, t.hi, t.end = lo, lo, end }

// next moves t to the partition's next leaf; false when there is none or the
// job is cancelled.
func (t *Task) next() bool {
	if t.hi >= t.end || t.cancel.Load() != 0 {
		return false
	}
	t.lo = t.hi
	t.hi = min(t.lo+LeafRows, t.end)
	return true
}
