package lock

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/shmengine/shmengine/bench/account"
	"github.com/shmengine/shmengine/bench/report"
)

// counts is how many measurements of each system the kernel counts.
const counts = 3

// count has the kernel count the system calls of a case, in measurements that
// are not timed: of one with all its operations and of one with hardly any,
// which costs what is around them. The difference, by operation, is rounded to
// thousandths: the Go runtime's monitor thread makes a call now and then.
func (r *run) count(ctx context.Context, c contest, into *CaseReport) (ms []report.Measurement, err error) {
	if !c.has(syscalls) {
		return nil, nil
	}
	values := map[string]float64{}
	for _, system := range c.systems {
		v, how, err := r.countOne(ctx, c, system)
		if errors.Is(err, errors.ErrUnsupported) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		values[system], into.Calls = v, how
	}
	for _, system := range c.systems {
		m := measurement(c, system, syscalls)
		m.Value, m.N = values[system], counts
		m.Ratio = report.Finite(values[system] / values[m.Baseline])
		ms = append(ms, m)
	}
	return ms, nil
}

func (r *run) countOne(ctx context.Context, c contest, system string) (perOp float64, how string, err error) {
	k := r.stage.crews[system]
	m, err := account.Open(k.pids()...)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	ops, _ := c.work(system, r.scale())
	most, err := medianCalls(ctx, k, m, task{c, system, ops + 1, 0, r.stage.cpus})
	if err != nil {
		return 0, "", err
	}
	least, err := medianCalls(ctx, k, m, task{c, system, 1, 0, r.stage.cpus})
	if err != nil {
		return 0, "", err
	}
	return math.Round(float64(max(0, most-least))/float64(ops)*1000) / 1000, m.Calls(), nil
}

// medianCalls returns the system calls of all processes during a task.
func medianCalls(ctx context.Context, k *crew, m *account.Meter, t task) (int64, error) {
	var all []int64
	for range counts {
		if err := m.Start(); err != nil {
			return 0, err
		}
		if _, err := k.measure(ctx, t); err != nil {
			return 0, err
		}
		u, err := m.Stop()
		if err != nil {
			return 0, err
		}
		all = append(all, u.Syscalls)
	}
	slices.Sort(all)
	return all[counts/2], nil
}
