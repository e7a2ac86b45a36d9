package lock

import (
	"context"
	"errors"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Run measures the locks. An error means that there are no figures, or no more:
// report.ErrOptions, report.ErrMachine, report.ErrWrong, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := Validate(o); err != nil {
		return nil, err
	}
	r := &run{Options: o.WithDefaults()}
	return report.Whole(ctx, r.main)
}

// run is one Run in progress.
type run struct {
	Options
	stage *stage
	calls string // which system calls were counted; "" if none
}

func (r *run) main(ctx context.Context) (_ *Report, err error) {
	asked := chosen(r.Case, r.Systems)
	if r.stage, err = newStage(ctx, asked); err != nil {
		return nil, report.Cannot(err)
	}
	defer func() { err = errors.Join(err, r.stage.close()) }()
	var list []suite.Contest[*sample]
	for _, c := range asked {
		if c, ok := r.stage.present(c); ok {
			list = append(list, r.contest(c))
		}
	}
	rep := &Report{Meta: r.newMeta(list), Notes: r.stage.notes}
	rep.Cases, err = suite.Run(ctx, list, r.Watch(rep.Meta), rep.Notes)
	rep.Calls = r.calls
	return rep, err
}

// warmups is how many short measurements each system does at first, which do not
// count.
func (c contest) warmups() int {
	if c.kind == kindDeath {
		return 0 // each owner is a process of its own
	}
	return 1
}

// contest says how one case is measured.
func (r *run) contest(c contest) suite.Contest[*sample] {
	k := suite.Contest[*sample]{Systems: c.systems}
	k.Case = report.Case{
		Name: c.name, What: c.what, Work: r.workOf(c), Baseline: baselineOf(c.systems),
		Rounds: c.rounds(r.Reps), Warmups: c.warmups(),
	}
	k.Measure = func(ctx context.Context, system string, part float64) (*sample, error) {
		ops, window := c.work(system, r.Scale()*part)
		return r.stage.crews[system].measure(ctx, task{c, system, ops, window, r.stage.cpus})
	}
	k.Falsify = func(s *sample) error { return task{contest: c}.check(s.ops, s.ops+1) }
	k.Figures = func(k *suite.Contest[*sample], all suite.Rounds[*sample]) []report.Measurement {
		return figures(c, k, all)
	}
	if c.has(syscalls) {
		k.Count = func(ctx context.Context, k *suite.Contest[*sample]) ([]report.Measurement, error) {
			return r.count(ctx, c, k)
		}
	}
	return k
}
