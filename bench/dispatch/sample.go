package dispatch

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// A job is one measurement to do.
type job struct {
	kind   string
	part   int // bytes of a partition
	window time.Duration
}

// A sample is one measurement of one system.
type sample struct {
	job
	ops      uint64 // tasks, pairs of tasks, or passes over the array
	sum      uint64 // of all results
	took     time.Duration
	p50, p99 float64 // ns of an operation, where each is timed
	bytes    int     // of the array
}

var reading = suite.Reading[*sample]{Suite: Suite, Unit: unitOf, Value: (*sample).metric}

func (s *sample) metric(metric string) float64 {
	switch metric {
	case p50:
		return s.p50
	case p99:
		return s.p99
	case bytesPerS:
		return float64(s.ops) * float64(s.bytes) / s.took.Seconds()
	}
	return float64(s.ops) / s.took.Seconds()
}

// triple is the task.
func triple(x uint64) uint64 { return 3*x + 1 }

// tripled is the sum of the tasks 0 to n-1.
func tripled(n uint64) uint64 { return 3*sumTo(n) + n }

// sumTo is 0 + 1 + ... + n-1.
func sumTo(n uint64) uint64 {
	if n%2 == 0 {
		return n / 2 * (n - 1)
	}
	return (n - 1) / 2 * n
}

// check compares the sum with what must have come of it.
func (s *sample) check() error {
	want := tripled(s.ops)
	switch s.kind {
	case kindForkJoin:
		want = tripled(2 * s.ops)
	case kindSum:
		want = s.ops * arraySum(s.bytes/8)
	}
	if s.sum != want || s.ops == 0 {
		return fmt.Errorf("%w: the sum of %d operations is %d, want %d", report.ErrWrong, s.ops, s.sum, want)
	}
	return nil
}

// valueAt is a number of the array: so small that any order of additions is exact.
func valueAt(i int) float64 { return float64(i % 1000) }

// arraySum is the sum of n numbers of the array.
func arraySum(n int) uint64 {
	return uint64(n/1000)*sumTo(1000) + sumTo(uint64(n%1000))
}

func fill(x []float64) {
	for i := range x {
		x[i] = valueAt(i)
	}
}

// timed does operations until the window is over, and records how long each takes.
func (j job) timed(ctx context.Context, op func(i uint64) (uint64, error)) (*sample, error) {
	s := &sample{job: j}
	waits := make([]uint32, 0, 1<<18)
	begin := time.Now()
	for last := time.Duration(0); last < j.window || s.ops == 0; {
		r, err := op(s.ops)
		if err != nil {
			return nil, err
		}
		now := time.Since(begin)
		if len(waits) < cap(waits) { // no more than that, so that none of them waits for memory
			waits = append(waits, uint32(min(now-last, math.MaxUint32)))
		}
		s.ops, s.sum, last = s.ops+1, s.sum+r, now
		s.took = now
	}
	slices.Sort(waits)
	s.p50, s.p99 = float64(waits[len(waits)/2]), float64(waits[len(waits)*99/100])
	return s, ctx.Err()
}

// counted does n operations at a time until the window is over. op gets the number of
// the first, and returns the sum of their results.
func (j job) counted(ctx context.Context, n uint64, op func(from, n uint64) (uint64, error)) (*sample, error) {
	s := &sample{job: j}
	for begin := time.Now(); s.took < j.window || s.ops == 0; s.took = time.Since(begin) {
		sum, err := op(s.ops, n)
		if err != nil {
			return nil, err
		}
		s.ops, s.sum = s.ops+n, s.sum+sum
	}
	return s, ctx.Err()
}

// measurement sizes.
const (
	inFlight = 256   // tasks of a stream that are under way
	chunk    = 16384 // tasks between two looks at the clock
)
