package alloc

import (
	"fmt"
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// Options say what to measure. The zero value is the default run.
type Options struct {
	// Case is a pattern that the names of the cases to measure match, as path.Match
	// has it: "pair/*", or "pair" for the same; "" is all.
	Case string
	// Systems are those to measure; none is all. Without a case's baseline there
	// are no ratios.
	Systems []string
	// Reps is how many rounds there are; 0 means 9.
	Reps int
	// Seconds is about how long a run of 9 rounds of all cases takes; 0 means 40.
	// More or less of it makes each window longer or shorter.
	Seconds float64
	// Corrupt names a system whose last sum is falsified, to show that this is
	// seen.
	Corrupt string
	// Progress hears of each measurement that is done, and of how many there will be.
	Progress func(done, total int)
	// Begin gets what is known before anything is measured.
	Begin func(Meta)
	// Measured gets each figure as soon as it is there.
	Measured func(report.Measurement)
}

// defaultWindow is how long one measurement takes in a run of the usual length.
const defaultWindow = 60 * time.Millisecond

// Validate says what is wrong with o.
func (o Options) Validate() error {
	err := report.Suite{Cases: Cases(), Systems: systems}.Check(report.Choice{
		Case: o.Case, Systems: append(slices.Clone(o.Systems), o.Corrupt), Reps: o.Reps, Seconds: o.Seconds,
	})
	if err == nil && len(chosen(o.Case, o.Systems)) == 0 {
		err = fmt.Errorf("%w: none of the systems %v takes part in case %q", report.ErrOptions, o.Systems, o.Case)
	}
	return err
}

func (o Options) withDefaults() Options {
	if o.Reps == 0 {
		o.Reps = report.DefaultReps
	}
	if o.Seconds == 0 {
		o.Seconds = report.DefaultSeconds
	}
	return o
}

// window is how long one measurement takes.
func (o Options) window() time.Duration {
	return max(time.Duration(o.Seconds/report.DefaultSeconds*float64(defaultWindow)), 100*time.Microsecond)
}
