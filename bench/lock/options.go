package lock

import (
	"github.com/shmengine/shmengine/bench/report"
)

// Options say what to measure. The zero value is the default run.
type Options struct {
	// Case is a pattern that the names of the cases to measure match, as path.Match
	// has it: "mutex/*", or "mutex" for the same; "" is all.
	Case string
	// Reps is how many rounds there are; 0 means 9. mutex/oversubscribed, whose
	// measurements take a second, gets a third of them.
	Reps int
	// Seconds is about how long a run of 9 rounds of all cases takes; 0 means 40.
	// More or less of it makes each measurement longer or shorter.
	Seconds float64
	// Corrupt names a system whose last count is falsified, to show that this is
	// seen.
	Corrupt string
	// Progress hears of each measurement that is done, and of how many there will be.
	Progress func(done, total int)
	// Begin gets what is known before anything is measured.
	Begin func(Meta)
	// Measured gets each figure as soon as it is there.
	Measured func(report.Measurement)
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	return report.Suite{Cases: Cases(), Systems: Systems()}.Check(report.Choice{
		Case: o.Case, Systems: []string{o.Corrupt}, Reps: o.Reps, Seconds: o.Seconds,
	})
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
