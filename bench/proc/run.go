package proc

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/engine/process"
)

// Options say what to measure. The zero value is the default run. Seconds has no
// meaning here: a process starts as fast as it can.
type Options = suite.Options[Meta]

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options with their defaults filled in, and what follows from them.
type Settings struct {
	Case     string   `json:"case"` // the pattern
	Cases    []string `json:"cases"`
	Reps     int      `json:"reps"`
	Systems  []string `json:"systems"`
	Python   string   `json:"python,omitempty"` // its version
	Baseline string   `json:"baseline"`
}

// Validate says what is wrong with o.
func Validate(o Options) error {
	if o.Seconds != 0 {
		return fmt.Errorf("%w: %v seconds: a run of %s is as long as its processes take", report.ErrOptions, o.Seconds, Suite)
	}
	return o.Check(report.Suite{Cases: Cases(), Systems: Systems()}, len(Cases()))
}

// Init runs a child of a measurement if this process is one. Call it at the start of main.
func Init() { process.Init() }

// A system does what it is asked for so many times.
type system interface {
	measure(ctx context.Context, kind string, n int) ([]sample, error)
	close() error
}

// run is one Run in progress.
type run struct {
	Options
	names   []string // of the systems that take part
	systems map[string]system
	python  string
	notes   []string
}

// Run measures. An error means that there are no figures, or no more: report.ErrOptions,
// report.ErrMachine, report.ErrWrong, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := Validate(o); err != nil {
		return nil, err
	}
	r := &run{Options: o.WithDefaults(), systems: map[string]system{}}
	return report.Whole(ctx, r.main)
}

func (r *run) main(ctx context.Context) (_ *Report, err error) {
	defer func() {
		for _, s := range r.systems {
			err = errors.Join(err, s.close())
		}
	}()
	if err := r.start(ctx); err != nil {
		return nil, report.Cannot(err)
	}
	s := Settings{Case: r.Case, Reps: r.Reps, Systems: r.names, Python: r.python, Baseline: r.base()}
	var list []suite.Contest[[]sample]
	for _, c := range chosen(r.Case) {
		if len(r.names) == 0 {
			break
		}
		s.Cases = append(s.Cases, c.name)
		list = append(list, r.contest(c))
	}
	rep := &Report{Meta: report.NewMeta(Suite, s), Notes: r.notes}
	rep.Cases, err = suite.Run(ctx, list, r.Watch(rep.Meta), r.notes)
	return rep, err
}

// base is the baseline, if it takes part.
func (r *run) base() string {
	if r.systems[baseline] == nil {
		return ""
	}
	return baseline
}

// start starts the systems. Without python3 there are the engine's.
func (r *run) start(ctx context.Context) error {
	for _, name := range Systems() {
		if !r.Asked(name) {
			continue
		}
		s, err := r.open(ctx, name)
		if errors.Is(err, errNoPython) {
			r.notes = append(r.notes, "the systems of Python are left out: "+err.Error())
			return nil
		}
		if err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
		r.names, r.systems[name] = append(r.names, name), s
	}
	return nil
}

func (r *run) open(ctx context.Context, name string) (system, error) {
	switch name {
	case Engine:
		return r.small(ctx)
	case EngineSelf:
		return newEngine(nil)
	}
	py, err := newPython(ctx, name)
	if err != nil {
		return nil, err
	}
	r.python = py.version
	return py, nil
}

// small is the engine with children that run a small program. Where that cannot be
// compiled they run this one.
func (r *run) small(ctx context.Context) (system, error) {
	child, err := twin.CompileGo(ctx, "bench/proc/child")
	if errors.Is(err, twin.ErrNone) {
		r.notes = append(r.notes, "engine's child is this program again, as engine-self's: "+err.Error())
		child, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	return newEngine(child)
}

// contest says how one case is measured. A warm-up is as long as any round.
func (r *run) contest(c contest) suite.Contest[[]sample] {
	return suite.Contest[[]sample]{
		Case: report.Case{
			Name: c.name, What: c.what, Work: report.Plural(c.samples, "sample"), Baseline: r.base(), Rounds: r.Reps, Warmups: 1,
		},
		Systems: r.names,
		Measure: func(ctx context.Context, system string, _ float64) ([]sample, error) {
			list, err := r.systems[system].measure(ctx, c.kind, c.samples)
			if err != nil {
				return nil, err
			}
			return list, c.check(list)
		},
		Falsify: func(list []sample) error {
			last := &list[len(list)-1]
			last[1] = last[0] - 1
			return c.check(list)
		},
		Figures: c.figures,
	}
}
