package chaos

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/shmengine/shmengine/engine"
)

// untilItGoes runs a job again as long as it fails of faults that are to end it: the first
// round's panics, and deaths in a kernel that is not retried. Any other error is a verdict,
// or, if the run itself is over, an error.
func (r *run) untilItGoes(ctx context.Context, job uint64, do func(round uint64) error) (verdict, error) {
	for round := uint64(0); ; round++ {
		err := do(round)
		if err == nil {
			return "", nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if v := r.judge(job, round, err); v != "" {
			return v, nil
		}
	}
}

// judge says what is wrong with an error; "" if the plan has it.
func (r *run) judge(job, round uint64, err error) verdict {
	var te *engine.TaskError
	var we *engine.WorkerError
	switch {
	case errors.As(err, &te):
		if te.Panic && r.plan.at(job, uint64(te.Partition), 0, round) == softFault {
			r.panics.Add(1)
			return ""
		}
	case errors.As(err, &we):
		r.workerErrors.Add(1)
		if r.mayEnd(job, round, we) {
			return ""
		}
	}
	return verdict(fmt.Sprintf("round %d: an error that is not to be: %v", round, err))
}

// mayEnd reports whether a worker's death was to end its job: the kernel is not retried, and
// the plan has a fault for the partition, or it was killed from outside or for being slow.
func (r *run) mayEnd(job, round uint64, we *engine.WorkerError) bool {
	if !we.Dirty || !strings.HasSuffix(we.Kernel, "/noretry") {
		return false
	}
	for attempt := range uint64(mostAttempts) {
		if f := r.plan.at(job, uint64(we.Partition), attempt, round); f != none && f != softFault {
			return true
		}
	}
	return r.Strikes > 0 || strings.Contains(we.Reason, "killed after")
}
