package kernel

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Options say what to measure. The zero value is the default run: operations on floats, in
// the first-level cache and, but for the slowest, from memory. See [All].
type Options = suite.Options[Meta]

// defaultWindow is how long one measurement takes in a run of the usual length.
const defaultWindow = 7500 * time.Microsecond

// Validate says what is wrong with o.
func Validate(o Options) error {
	return o.Check(report.Suite{Cases: Cases(), Systems: systems}, len(chosen(o.Case, o.Systems)))
}

// Run measures. An error means that there are no figures, or no more:
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
}

func (r *run) main(ctx context.Context) (_ *Report, err error) {
	asked := chosen(r.Case, r.Systems)
	if r.stage, err = newStage(ctx, asked); err != nil {
		return nil, report.Cannot(err)
	}
	defer func() { err = errors.Join(err, r.stage.close()) }()
	var list []suite.Contest[*sample]
	for _, c := range asked {
		if c = r.stage.present(c); len(c.systems) > 0 {
			list = append(list, r.contest(c))
		}
	}
	rep := &Report{Meta: r.newMeta(asked, list)}
	rep.Cases, err = suite.Run(ctx, list, r.Watch(rep.Meta), rep.Meta.Settings.Absent)
	return rep, err
}

// contest says how one case is measured.
func (r *run) contest(c contest) suite.Contest[*sample] {
	k := suite.Contest[*sample]{Systems: c.systems}
	k.Case = report.Case{
		Name: c.name(), What: c.what(), Work: r.window(1).Round(time.Microsecond).String(), Baseline: suite.First(baselines, c.systems),
		Rounds: r.Reps, Warmups: 1,
	}
	want := sync.OnceValues(func() (float64, error) { return reference(c) })
	k.Measure = func(ctx context.Context, system string, part float64) (*sample, error) {
		w, err := want()
		if err != nil {
			return nil, err
		}
		return r.stage.measure(ctx, c, system, r.window(part), w)
	}
	k.Falsify = func(m *sample) error {
		w, _ := want()
		m.digest *= 1 + 1e-9
		return m.check(c, "", w)
	}
	k.Figures = func(k *suite.Contest[*sample], all suite.Rounds[*sample]) []report.Measurement {
		return c.reading().Medians(k, all, metrics)
	}
	return k
}

// window is how long a part of a measurement takes.
func (r *run) window(part float64) time.Duration {
	return time.Duration(part * float64(r.Window(defaultWindow)))
}
