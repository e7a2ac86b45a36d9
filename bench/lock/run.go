package lock

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/bench/report"
)

// Run measures the locks. An error means that there are no figures, or no more:
// report.ErrOptions, report.ErrMachine, report.ErrWrong, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := &run{Options: o.withDefaults()}
	return report.Whole(ctx, r.main)
}

// run is one Run in progress.
type run struct {
	Options
	stage *stage
	tick  int // measurements done, for the progress
	total int
}

func (r *run) main(ctx context.Context) (_ *Report, err error) {
	list := chosen(r.Case)
	if r.stage, err = newStage(ctx, list); err != nil {
		return nil, report.Cannot(err)
	}
	defer func() { err = errors.Join(err, r.stage.close()) }()
	var contests []contest
	for _, c := range list {
		if c, ok := r.stage.present(c); ok {
			contests = append(contests, c)
			r.total += (r.warmups(c) + c.rounds(r.Reps)) * len(c.systems)
		}
	}
	rep := &Report{Meta: r.newMeta(contests), Notes: r.stage.notes}
	if len(contests) == 0 {
		return nil, fmt.Errorf("%w: nothing can be measured: %v", report.ErrMachine, rep.Notes)
	}
	if r.Begin != nil {
		r.Begin(rep.Meta)
	}
	for _, c := range contests {
		got, err := r.contest(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		rep.Cases = append(rep.Cases, *got)
	}
	return rep, nil
}

// warmups is how many short measurements each system does at first, which do not
// count.
func (r *run) warmups(c contest) int {
	if c.kind == kindDeath {
		return 0 // each owner is a process of its own
	}
	return 1
}

// warmupShare is how long a warm-up is beside a measurement.
const warmupShare = 0.2

// scale is what --seconds makes of the usual work.
func (r *run) scale() float64 { return r.Seconds / report.DefaultSeconds }

// contest measures one case.
func (r *run) contest(ctx context.Context, c contest) (*CaseReport, error) {
	for range r.warmups(c) {
		for _, system := range c.systems {
			if _, err := r.measure(ctx, c, system, warmupShare); err != nil {
				return nil, err
			}
		}
	}
	done, err := r.rounds(ctx, c)
	if err != nil {
		return nil, err
	}
	got := &CaseReport{Case: report.Case{
		Name: c.name, What: c.what, Work: r.workOf(c), Baseline: baselineOf(c.systems),
		Rounds: c.rounds(r.Reps), Warmups: r.warmups(c),
	}}
	calls, err := r.count(ctx, c, got)
	if err != nil {
		return nil, err
	}
	got.Figures = append(done.figures(c), calls...)
	r.emit(got.Figures)
	return got, nil
}

// rounds measures the systems in turn, in an order that rotates, so that
// whatever slows the machine slows all of them.
func (r *run) rounds(ctx context.Context, c contest) (rounds, error) {
	done, n := rounds{}, c.rounds(r.Reps)
	for round := range n {
		for i := range c.systems {
			system := c.systems[(round+i)%len(c.systems)]
			s, err := r.measure(ctx, c, system, 1)
			if err == nil && r.Corrupt == system && round == n-1 {
				err = task{contest: c, system: system}.check(s.ops, s.ops+1)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", system, err)
			}
			done[system] = append(done[system], s)
		}
	}
	return done, nil
}

// measure does one measurement of a case, or a part of one.
func (r *run) measure(ctx context.Context, c contest, system string, part float64) (*sample, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ops, window := c.work(system, r.scale()*part)
	s, err := r.stage.crews[system].measure(ctx, task{c, system, ops, window, r.stage.cpus})
	r.tick++
	if err == nil && r.Progress != nil {
		r.Progress(r.tick, r.total)
	}
	return s, err
}

func (r *run) emit(ms []report.Measurement) {
	if r.Measured == nil {
		return
	}
	for _, m := range ms {
		r.Measured(m)
	}
}
