package lock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/shmengine/shmengine/bench/account"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// counts is how many measurements of each system the kernel counts.
const counts = 3

// count has the kernel count the system calls of a case, in measurements that
// are not timed: of one with all its operations and of one with hardly any,
// which costs what is around them. The difference, by operation, is rounded to
// thousandths: the Go runtime's monitor thread makes a call now and then.
func (r *run) count(ctx context.Context, c contest, k *suite.Contest[*sample]) (ms []report.Measurement, err error) {
	for _, system := range k.Systems {
		v, how, err := r.countOne(ctx, c, system)
		if errors.Is(err, errors.ErrUnsupported) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", system, err)
		}
		m := reading.Measurement(k, system, syscalls)
		m.Value, m.N, r.calls = v, counts, how
		ms = append(ms, m)
	}
	relate(ms)
	return ms, nil
}

// relate sets the ratios of counts.
func relate(ms []report.Measurement) {
	base := slices.IndexFunc(ms, func(m report.Measurement) bool { return m.System == m.Baseline })
	for i := range ms {
		if base >= 0 {
			ms[i].Ratio = report.Finite(ms[i].Value / ms[base].Value)
		}
	}
}

func (r *run) countOne(ctx context.Context, c contest, system string) (perOp float64, how string, err error) {
	k := r.stage.crews[system]
	m, err := account.Open(k.pids()...)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	ops, _ := c.work(system, r.Scale())
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
