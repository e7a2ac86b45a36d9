package bench

import (
	"fmt"

	"github.com/shmengine/shmengine/bench/stats"
	"github.com/shmengine/shmengine/bench/systems"
)

// gives is what the engine is for where it is not the fastest.
const gives = "the engine gives isolation (a crash is an error), data that other programs see in place, and memory outside the garbage collector"

// Verdict says in one sentence who wins, and what for.
func (r *Report) Verdict() string {
	e, ok := r.system(systems.Engine)
	if !ok {
		return "Verdict: the engine was not measured."
	}
	text := "Verdict: on this machine the engine"
	if e.Ratio.N > 0 {
		text += fmt.Sprintf(" does the job %s as fast as worker processes over pipes and", times(e.Ratio))
	}
	lo, hi, known := r.Goroutines.Interval()
	switch {
	case !known:
		text += fmt.Sprintf(" runs at %s the rate of goroutines (too few repetitions to tell them apart)", times(r.Goroutines))
	case lo > 1:
		text += fmt.Sprintf(" is ahead of goroutines too, at %s their rate", times(r.Goroutines))
	case hi < 1:
		return text + fmt.Sprintf(" runs at %s the rate of goroutines, which win here: take them unless you need what processes give: %s.",
			times(r.Goroutines), gives)
	default:
		text += fmt.Sprintf(" cannot be told from goroutines, at %s their rate", times(r.Goroutines))
	}
	return text + "; beside goroutines " + gives + "."
}

// times writes a ratio with its interval, if it has one.
func times(s stats.Summary) string {
	if lo, hi, ok := s.Interval(); ok {
		return fmt.Sprintf("%.3g times (%.3g to %.3g)", s.Median, lo, hi)
	}
	return fmt.Sprintf("%.3g times", s.Median)
}
