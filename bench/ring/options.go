package ring

import (
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// Options say what to measure. The zero value is the default run.
type Options struct {
	// Case is a pattern that the names of the cases to measure match, as path.Match
	// has it: "roundtrip/*", or "roundtrip" for the same; "" is all.
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

const (
	defaultReps    = 9
	maxReps        = 1000
	defaultSeconds = 40
	leastSeconds   = 0.1
	maxSeconds     = 3600

	// defaultWindow is how long one measurement takes in a run of the usual length.
	defaultWindow = 42 * time.Millisecond
)

// Validate says what is wrong with o.
func (o Options) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{report.ErrOptions}, args...)...)
	}
	if _, err := path.Match(o.Case, ""); err != nil {
		return bad("case %q: %w", o.Case, err)
	}
	for _, s := range append(slices.Clone(o.Systems), o.Corrupt) {
		if s != "" && !slices.Contains(systems, s) {
			return bad("no system %q (there are %v)", s, systems)
		}
	}
	switch {
	case len(chosen(o.Case, nil)) == 0:
		return bad("no case %q (there are %v)", o.Case, Cases())
	case len(chosen(o.Case, o.Systems)) == 0:
		return bad("none of the systems %v takes part in case %q", o.Systems, o.Case)
	case o.Reps < 0 || o.Reps > maxReps:
		return bad("%d repetitions (want 1 to %d)", o.Reps, maxReps)
	case o.Seconds != 0 && !(o.Seconds >= leastSeconds && o.Seconds <= maxSeconds):
		return bad("%v seconds (want %v to %v)", o.Seconds, leastSeconds, maxSeconds)
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Reps == 0 {
		o.Reps = defaultReps
	}
	if o.Seconds == 0 {
		o.Seconds = defaultSeconds
	}
	return o
}

// window is how long one measurement takes.
func (o Options) window() time.Duration {
	return max(time.Duration(o.Seconds/defaultSeconds*float64(defaultWindow)), 100*time.Microsecond)
}
