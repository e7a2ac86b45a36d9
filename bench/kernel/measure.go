package kernel

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
	"github.com/shmengine/shmengine/bench/worker"
)

const (
	// patience is how much longer than it should a measurement may take.
	patience = 60 * time.Second
	// lead is how long before the begin of a window its worker hears of it.
	lead = 100 * time.Microsecond
)

var errHang = fmt.Errorf("a worker has not answered for %v", patience)

// A sample is one measurement of one system.
type sample struct {
	calls  uint64
	took   float64 // seconds
	digest float64
}

// measure does one measurement and checks what came of it.
func (s *stage) measure(ctx context.Context, c contest, system string, window time.Duration, want float64) (*sample, error) {
	limited, cancel := context.WithTimeoutCause(ctx, window+patience, errHang)
	defer cancel()
	w := s.workers[system]
	if s.made[w] != c.name() {
		if _, err := w.Ask(limited, "made", "make %s %s %d %g", c.does, c.typ, c.elems(), c.threshold); err != nil {
			return nil, err
		}
		s.made[w] = c.name()
	}
	name := c.does + "/" + c.typ
	if system == Limit {
		name = c.moves()
	}
	if _, err := w.Ask(limited, "ready", "run %s %d %s %s", name, s.cpu, c.does, c.typ); err != nil {
		return nil, err
	}
	if err := worker.Window([]*worker.Talker{w}, s.clock.Now()+uint64(lead), window); err != nil {
		return nil, err
	}
	rest, err := w.Hear(limited, "done")
	if err != nil {
		return nil, err
	}
	m, ns := &sample{}, uint64(0)
	if _, err := fmt.Sscan(rest, &m.calls, &ns, &m.digest); err != nil {
		return nil, fmt.Errorf("worker process %v: %q", w.Child, rest)
	}
	m.took = float64(ns) / 1e9
	return m, m.check(c, system, want)
}

// check compares a digest with that of a plain loop.
func (m *sample) check(c contest, system string, want float64) error {
	if m.calls == 0 || !(m.took > 0) {
		return fmt.Errorf("%w: %s: %d calls in %g s", report.ErrWrong, c.name(), m.calls, m.took)
	}
	if system == Limit {
		return nil // it computes nothing
	}
	if !close(m.digest, want, c.exact || c.typ == int64s) {
		return fmt.Errorf("%w: %s: the result's digest is %v, that of a plain loop %v", report.ErrWrong, c.name(), m.digest, want)
	}
	return nil
}

// close reports whether a digest is right. All terms of digests are positive but few, so
// rounding is far below this part of it.
func close(got, want float64, exact bool) bool {
	if exact {
		return got == want
	}
	return math.Abs(got-want) <= 1e-11*math.Abs(want)
}

// reference is the digest of a case, by plain loops.
func reference(c contest) (float64, error) {
	o, err := newOperands(c.does, c.typ, c.elems(), c.threshold)
	if err != nil {
		return 0, err
	}
	standard[c.does+"/"+c.typ](o)
	return o.digest(c.does), o.free()
}

// reading is how a case's figures are read off its samples.
func (c contest) reading() suite.Reading[*sample] {
	n := float64(c.elems())
	return suite.Reading[*sample]{
		Suite: Suite, Unit: unitOf,
		Value: func(m *sample, metric string) float64 {
			perSecond := float64(m.calls) * n / m.took
			if metric == nsPerElem {
				return 1e9 / perSecond
			}
			return perSecond * float64(8*c.vectors())
		},
	}
}
