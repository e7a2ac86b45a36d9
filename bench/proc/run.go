package proc

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/process"
)

// Options say what to measure. The zero value is the default run.
type Options struct {
	// Case is a pattern that the names of the cases to measure match, as path.Match has
	// it: "standby/*", or "standby" for the same; "" is all.
	Case string
	// Reps is how many rounds there are; 0 means 9.
	Reps int
	// Corrupt names a system whose last sample is falsified, to show that this is seen.
	Corrupt string
	// Progress hears of each measurement that is done, and of how many there will be.
	Progress func(done, total int)
	// Begin gets what is known before anything is measured.
	Begin func(Meta)
	// Measured gets each figure as soon as it is there.
	Measured func(report.Measurement)
}

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
func (o Options) Validate() error {
	return report.Suite{Cases: Cases(), Systems: Systems()}.Check(report.Choice{
		Case: o.Case, Systems: []string{o.Corrupt}, Reps: o.Reps,
	})
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
	tick    int
}

// Run measures. An error means that there are no figures, or no more: report.ErrOptions,
// report.ErrMachine, report.ErrWrong, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Reps == 0 {
		o.Reps = report.DefaultReps
	}
	r := &run{Options: o, systems: map[string]system{}}
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
	list := chosen(r.Case)
	for _, c := range list {
		s.Cases = append(s.Cases, c.name)
	}
	rep := &Report{Meta: report.NewMeta(Suite, s), Notes: r.notes}
	if r.Begin != nil {
		r.Begin(rep.Meta)
	}
	for _, c := range list {
		got, err := r.contest(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		rep.Cases = append(rep.Cases, *got)
	}
	return rep, nil
}

// base is the baseline, if it takes part.
func (r *run) base() string {
	if r.systems[baseline] == nil {
		return ""
	}
	return baseline
}

// start starts the systems. Without python3 there is one.
func (r *run) start(ctx context.Context) error {
	e, err := newEngine()
	if err != nil {
		return fmt.Errorf("start %s: %w", Engine, err)
	}
	r.names, r.systems[Engine] = []string{Engine}, e
	for _, name := range Systems()[1:] {
		py, err := newPython(ctx, name)
		if errors.Is(err, errNoPython) {
			r.notes = append(r.notes, "the systems of Python are left out: "+err.Error())
			return nil
		}
		if err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
		r.names, r.systems[name], r.python = append(r.names, name), py, py.version
	}
	return nil
}

// contest measures one case: a warm-up, and the rounds, whose order rotates, so that
// whatever slows the machine slows all.
func (r *run) contest(ctx context.Context, c contest) (*CaseReport, error) {
	done := rounds{}
	for round := -1; round < r.Reps; round++ {
		for i := range r.names {
			name := r.names[(round+1+i)%len(r.names)]
			list, err := r.measure(ctx, c, name, round == r.Reps-1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if round >= 0 {
				done.add(c, name, list)
			}
		}
	}
	got := &CaseReport{Name: c.name, What: c.what, Samples: c.samples, Rounds: r.Reps, Baseline: r.base(), Figures: done.figures(c, r.names, r.base())}
	if r.Measured != nil {
		for _, m := range got.Figures {
			r.Measured(m)
		}
	}
	return got, nil
}

// measure does one measurement and checks what came of it.
func (r *run) measure(ctx context.Context, c contest, name string, last bool) ([]sample, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list, err := r.systems[name].measure(ctx, c.kind, c.samples)
	if err != nil {
		return nil, err
	}
	if last && r.Corrupt == name && len(list) > 0 {
		s := &list[len(list)-1]
		s[1] = s[0] - 1
	}
	r.tick++
	if r.Progress != nil {
		r.Progress(r.tick, len(chosen(r.Case))*(r.Reps+1)*len(r.names))
	}
	return list, c.check(list)
}
