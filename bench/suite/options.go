package suite

import (
	"fmt"
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// Options say what to measure; M is what the suite's figures have to be read with.
// The zero value is the default run.
type Options[M any] struct {
	// Case is a pattern that the names of the cases to measure match, as path.Match
	// has it: "pair/*", or "pair" for the same; "" is all.
	Case string
	// Systems are those to measure; none is all. Without a case's baseline there
	// are no ratios.
	Systems []string
	// Reps is how many rounds there are; 0 means 9.
	Reps int
	// Seconds is about how long a run of 9 rounds of all cases takes; 0 means 40.
	// More or less of it makes each measurement longer or shorter.
	Seconds float64
	// Corrupt names a system whose last sum is falsified, to show that this is
	// seen.
	Corrupt string
	// Progress hears of each measurement that is done, and of how many there will be.
	Progress func(done, total int)
	// Begin gets what is known before anything is measured.
	Begin func(M)
	// Measured gets each figure as soon as it is there.
	Measured func(report.Measurement)
}

// Check says, as a report.ErrOptions, what is wrong with o for a suite of which it
// chooses so many cases.
func (o Options[M]) Check(s report.Suite, chosen int) error {
	err := s.Check(report.Choice{
		Case: o.Case, Systems: append(slices.Clone(o.Systems), o.Corrupt), Reps: o.Reps, Seconds: o.Seconds,
	})
	if err == nil && chosen == 0 {
		err = fmt.Errorf("%w: none of the systems %v takes part in case %q", report.ErrOptions, o.Systems, o.Case)
	}
	return err
}

// WithDefaults is o with Reps and Seconds filled in.
func (o Options[M]) WithDefaults() Options[M] {
	if o.Reps == 0 {
		o.Reps = report.DefaultReps
	}
	if o.Seconds == 0 {
		o.Seconds = report.DefaultSeconds
	}
	return o
}

// Scale is how long a measurement takes beside one of the usual length.
func (o Options[M]) Scale() float64 { return o.Seconds / report.DefaultSeconds }

// Window is how long a measurement takes that usually takes so long.
func (o Options[M]) Window(usual time.Duration) time.Duration {
	return max(time.Duration(o.Scale()*float64(usual)), 100*time.Microsecond)
}

// Asked reports whether a system is among those to measure.
func (o Options[M]) Asked(system string) bool {
	return len(o.Systems) == 0 || slices.Contains(o.Systems, system)
}

// Watch is what a run needs of o; meta is what Begin gets.
func (o Options[M]) Watch(meta M) Watch {
	w := Watch{Corrupt: o.Corrupt, Progress: o.Progress, Measured: o.Measured}
	if o.Begin != nil {
		w.Begin = func() { o.Begin(meta) }
	}
	return w
}
