package ostour

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/process"
)

// Options say what to measure. The zero value is the default run.
type Options struct {
	// Case is a pattern that the names of the cases to measure match, as path.Match has
	// it: "tlb/*", or "tlb" for the same; "" is all.
	Case string
	// Reps is how many rounds there are; 0 means 9.
	Reps int
	// Corrupt names a system whose last count is falsified, to show that this is seen.
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
	Case   string            `json:"case"` // the pattern
	Cases  []string          `json:"cases"`
	Reps   int               `json:"reps"`
	CPUs   []int             `json:"cpus"` // that threads are pinned to
	Absent map[string]string `json:"absent,omitempty"`
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	return report.Suite{Cases: Cases(), Systems: Systems()}.Check(report.Choice{
		Case: o.Case, Systems: []string{o.Corrupt}, Reps: o.Reps,
	})
}

// Init runs a child of a measurement if this process is one. Call it at the start of main.
func Init() { process.Init() }

// An outcome is what one measurement found.
type outcome struct {
	Values    []float64 // ns of one operation, each the mean of a batch
	Did, Want uint64    // what was counted, and how much of it proves the values
	System    float64   // share of the CPU's time that was the kernel's; 0 if not asked
}

// A probe does one measurement.
type probe func(context.Context) (outcome, error)

// An absence says why something cannot be measured here. It is no failure.
type absence string

func (a absence) Error() string { return string(a) }

// run is one Run in progress.
type run struct {
	Options
	stage  *stage
	probes map[string]probe
	absent map[string]string // by case and system
	tick   int
	total  int
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
	r := &run{Options: o, absent: map[string]string{}}
	return report.Whole(ctx, r.main)
}

func (r *run) main(ctx context.Context) (_ *Report, err error) {
	if r.stage, err = newStage(ctx); err != nil {
		return nil, report.Cannot(err)
	}
	defer func() { err = errors.Join(err, r.stage.close()) }()
	r.probes = r.stage.probes()
	list := chosen(r.Case)
	s := Settings{Case: r.Case, Reps: r.Reps, CPUs: r.stage.cpus, Absent: r.stage.absent(list)}
	maps.Copy(r.absent, s.Absent)
	for _, c := range list {
		s.Cases = append(s.Cases, c.name)
		r.total += len(c.systems) * (r.Reps + 1)
	}
	rep := &Report{Meta: report.NewMeta(Suite, s), Absent: r.absent}
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
	rep.Knees = knees(rep.curve())
	for _, m := range kneeFigures(rep.Knees) {
		r.tell(m)
	}
	return rep, nil
}

func (r *run) tell(m report.Measurement) {
	if r.Measured != nil {
		r.Measured(m)
	}
}

// contest measures one case: a warm-up, and the rounds, whose order rotates, so that
// whatever slows the machine slows all.
func (r *run) contest(ctx context.Context, c subject) (*CaseReport, error) {
	all := rounds{}
	for round := -1; round < r.Reps; round++ {
		for i := range c.systems {
			name := c.systems[(round+1+i)%len(c.systems)]
			got, err := r.measure(ctx, c, name, round == r.Reps-1)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if round >= 0 && got != nil {
				all[name] = append(all[name], *got)
			}
		}
	}
	names := slices.DeleteFunc(slices.Clone(c.systems), func(name string) bool { return len(all[name]) == 0 })
	got := &CaseReport{subject: c, Name: c.name, Rounds: r.Reps, Systems: names}
	if len(names) > 0 {
		got.Baseline = names[0]
	}
	got.Figures = all.figures(c.name, names)
	for _, m := range got.Figures {
		r.tell(m)
	}
	return got, nil
}

// measure does one measurement and checks what it counted; nil if it cannot be done here.
func (r *run) measure(ctx context.Context, c subject, name string, last bool) (*outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	key := c.name + " " + name
	if r.tick++; r.Progress != nil {
		r.Progress(r.tick, r.total)
	}
	if r.absent[key] != "" {
		return nil, nil
	}
	got, err := r.probes[key](ctx)
	var reason absence
	if errors.As(err, &reason) {
		r.absent[key] = string(reason)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if last && r.Corrupt == name {
		got.Did = got.Want - 1
	}
	return &got, check(c, got)
}

// check says what cannot be true of an outcome.
func check(c subject, o outcome) error {
	if o.Want == 0 || o.Did < o.Want {
		return fmt.Errorf("%w: counted %d of %d (%s)", report.ErrWrong, o.Did, o.Want, c.proof)
	}
	for _, v := range o.Values {
		if !(v > 0) {
			return fmt.Errorf("%w: a value of %v ns", report.ErrWrong, v)
		}
	}
	if len(o.Values) == 0 || !(o.System >= 0 && o.System <= 1) {
		return fmt.Errorf("%w: %d values, %v of the time the kernel's", report.ErrWrong, len(o.Values), o.System)
	}
	return nil
}
