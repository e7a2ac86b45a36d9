package ring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// Run measures. An error means that there are no figures, or no more:
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
	calls string // which system calls are counted; "" for none
}

func (r *run) main(ctx context.Context) (_ *Report, err error) {
	list := chosen(r.Case, r.Systems)
	if r.stage, err = newStage(ctx, list); err != nil {
		return nil, report.Cannot(err)
	}
	defer func() { err = errors.Join(err, r.stage.close()) }()
	var contests []contest
	for _, c := range list {
		if c = r.stage.present(c); len(c.systems) > 0 {
			contests = append(contests, c)
			r.total += (1 + r.Reps + countedWindows) * len(c.systems)
		}
	}
	rep := &Report{Meta: r.newMeta(list, contests), Notes: r.stage.notes}
	if len(contests) == 0 {
		return nil, fmt.Errorf("%w: nothing can be measured: %v", report.ErrMachine, rep.Meta.Settings.Absent)
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
	rep.Calls = r.calls
	return rep, nil
}

// warmupShare is how long a warm-up is beside a measurement.
const warmupShare = 0.2

// contest measures one case.
func (r *run) contest(ctx context.Context, c contest) (*report.Case, error) {
	warmup := time.Duration(warmupShare * float64(r.window()))
	for _, system := range c.systems {
		if _, err := r.measure(ctx, c, system, warmup); err != nil {
			return nil, fmt.Errorf("%s: %w", system, err)
		}
	}
	done, err := r.rounds(ctx, c)
	if err != nil {
		return nil, err
	}
	got := &report.Case{
		Name: c.name, What: c.what, Work: r.window().Round(time.Microsecond).String(), Baseline: c.baseline(),
		Rounds: r.Reps, Warmups: 1, Figures: done.figures(c),
	}
	counted, err := r.count(ctx, c)
	if err != nil {
		return nil, err
	}
	got.Figures = append(got.Figures, counted...)
	if r.Measured != nil {
		for _, m := range got.Figures {
			r.Measured(m)
		}
	}
	return got, nil
}

// rounds measures the systems in turn, in an order that rotates, so that
// whatever slows the machine slows all of them.
func (r *run) rounds(ctx context.Context, c contest) (rounds, error) {
	done := rounds{}
	for round := range r.Reps {
		for i := range c.systems {
			system := c.systems[(round+i)%len(c.systems)]
			s, err := r.measure(ctx, c, system, r.window())
			if err == nil && r.Corrupt == system && round == r.Reps-1 {
				s.parties[0].sum++
				err = s.check(c)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", system, err)
			}
			done[system] = append(done[system], s)
		}
	}
	return done, nil
}

// measure does one measurement of a case, or a warm-up.
func (r *run) measure(ctx context.Context, c contest, system string, window time.Duration) (*sample, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := r.stage.crews[crewOf(system)].measure(ctx, task{c, system, window, r.stage.cpus})
	r.tick++
	if err == nil && r.Progress != nil {
		r.Progress(r.tick, r.total)
	}
	return s, err
}
