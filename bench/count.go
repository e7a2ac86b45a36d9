package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shmengine/shmengine/bench/account"
)

// counts is how many runs the kernel counts for each system, of the slow ones
// one; the median is what a job costs.
const counts = 3

// count has the kernel count what a job of each system copies and calls, in
// runs that are not timed.
func (r *run) count(ctx context.Context, report *Report) error {
	for _, e := range r.baselineFirst() {
		s, _ := report.system(e.sys.Name())
		if err := r.countOne(ctx, e, s, report); err != nil {
			if errors.Is(err, errors.ErrUnsupported) {
				return nil
			}
			return fmt.Errorf("count %s: %w", e.sys.Name(), err)
		}
		r.emit(report.costs(s))
	}
	return nil
}

// baselineFirst returns the entries in an order in which ratios can be given.
func (r *run) baselineFirst() []*entry {
	return slices.SortedStableFunc(slices.Values(r.line.entries), func(a, b *entry) int {
		switch baseline {
		case a.sys.Name():
			return -1
		case b.sys.Name():
			return 1
		}
		return 0
	})
}

func (r *run) countOne(ctx context.Context, e *entry, s *SystemReport, report *Report) (err error) {
	m, err := account.Open(e.sys.PIDs()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	var copied, calls []int64
	runs := counts
	if e.rows < r.timed.Len() {
		runs = 1
	}
	for range runs {
		if err := m.Start(); err != nil {
			return err
		}
		got, err := e.job.Run(ctx)
		if err != nil {
			return err
		}
		u, err := m.Stop()
		if err != nil {
			return err
		}
		if err := check(e.sys.Name(), got, e.want); err != nil {
			return err
		}
		copied, calls = append(copied, u.Copied), append(calls, u.Syscalls)
	}
	s.Counted, report.Calls = runs, m.Calls()
	s.Copied, s.Syscalls = median(copied)+e.job.UserCopied(), median(calls)
	s.UserCopied = e.job.UserCopied()
	return nil
}

func median(x []int64) int64 {
	slices.Sort(x)
	return x[len(x)/2]
}
