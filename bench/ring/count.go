package ring

import (
	"context"
	"errors"
	"math"

	"github.com/shmengine/shmengine/bench/account"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// countedShare is how long a window is whose system calls are counted, beside a timed one;
// briefShare is one that is nearly all of what is around the messages.
const (
	countedShare = 0.5
	briefShare   = 0.02

	countedWindows = 2
)

// count has the kernel count the system calls of a case, in windows that are not timed: a
// longer one and a brief one of each system. The difference, by message, is rounded to
// thousandths: the Go runtime's monitor thread makes a call now and then.
func (r *run) count(ctx context.Context, c contest, k *suite.Contest[*sample]) (ms []report.Measurement, err error) {
	base := math.NaN()
	for _, system := range k.Systems {
		v, how, err := r.countOne(ctx, k, system)
		if errors.Is(err, errors.ErrUnsupported) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		r.calls = how
		m := c.reading().Measurement(k, system, syscalls)
		m.Value, m.N = v, 1
		ms = append(ms, m)
		if system == k.Baseline {
			base = v
		}
	}
	for i := range ms {
		ms[i].Ratio = report.Finite(ms[i].Value / base)
	}
	return ms, nil
}

func (r *run) countOne(ctx context.Context, c *suite.Contest[*sample], system string) (perMessage float64, how string, err error) {
	k := r.stage.crews[crewOf(system)]
	var pids []int
	for _, m := range k.members {
		pids = append(pids, m.Child.PID())
	}
	m, err := account.Open(pids...)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	var calls, msgs [countedWindows]float64
	for i, share := range []float64{briefShare, countedShare} {
		if err := m.Start(); err != nil {
			return 0, "", err
		}
		s, err := c.Measure(ctx, system, share)
		if err != nil {
			return 0, "", err
		}
		u, err := m.Stop()
		if err != nil {
			return 0, "", err
		}
		calls[i], msgs[i] = float64(u.Syscalls), float64(s.msgs)
	}
	return perMessageOf(calls, msgs), m.Calls(), nil
}

// perMessageOf returns the calls of a message from those of two windows. Where the brief one
// had as many messages, on a machine that was busy, the longer one counts alone.
func perMessageOf(calls, msgs [countedWindows]float64) float64 {
	if msgs[1] <= msgs[0] {
		calls[0], msgs[0] = 0, 0
	}
	return math.Round(max(0, calls[1]-calls[0])/(msgs[1]-msgs[0])*1000) / 1000
}
