package advise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shmengine/shmengine/bench/report"
)

// Suite is the name of this suite in reports.
const Suite = "advise"

// Options say what to advise on.
type Options struct {
	Workload Workload
	// Check runs work of that shape in each way.
	Check bool
	// Corrupt names a way whose sums are falsified, to show that this is seen.
	Corrupt string
	// Progress hears of each measurement that is done, and of how many there will be.
	Progress func(done, total int)
	// Begin gets what is known before anything is measured.
	Begin func(Meta)
	// Measured gets each figure.
	Measured func(report.Measurement)
}

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options.
type Settings struct {
	Workload Workload `json:"workload"`
	Check    bool     `json:"check"`
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	if o.Corrupt != "" && !slices.Contains(Ways(), o.Corrupt) {
		return fmt.Errorf("%w: no way %q (there are %v)", report.ErrOptions, o.Corrupt, Ways())
	}
	return o.Workload.Validate()
}

// A Report is what was measured, what follows, and what came of it.
type Report struct {
	Meta    Meta
	Figures *Figures
	Advice  Advice
	Checked []Checked
	Ran     Workload // what the check ran
}

// Run measures, predicts and, if asked, checks. Errors are report.ErrOptions,
// report.ErrMachine, report.ErrWrong, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	b := &bench{Options: o, w: o.Workload}
	return report.Whole(ctx, b.main)
}

func (b *bench) main(ctx context.Context) (_ *Report, err error) {
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(ctx); err != nil {
		return nil, report.Cannot(err)
	}
	r := &Report{Meta: report.NewMeta(Suite, Settings{b.w, b.Check})}
	if b.Begin != nil {
		b.Begin(r.Meta)
	}
	if r.Figures, err = b.figures(ctx); err != nil {
		return nil, err
	}
	r.Advice = Recommend(r.Figures, b.w)
	if b.Check {
		if r.Ran, r.Checked, err = b.check(ctx, r.Figures); err != nil {
			return nil, err
		}
	}
	for _, m := range r.measurements() {
		if b.Measured != nil {
			b.Measured(m)
		}
	}
	return r, nil
}

func sortBest(list []Prediction) {
	slices.SortStableFunc(list, func(a, b Prediction) int { return order(a.Total(), b.Total()) })
}

func order(a, b float64) int { return cmp.Compare(a, b) }
