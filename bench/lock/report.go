package lock

import (
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// A Report is what a run found. All counts were right, or there would be none.
type Report struct {
	Meta  Meta
	Notes []string // what was left out
	Calls string   // which system calls were counted; "" if none
	Cases []report.Case
}

// workOf says what one measurement is.
func (r *run) workOf(c contest) string {
	ops, window := c.work(c.systems[0], r.Scale())
	if window > 0 {
		return window.Round(time.Microsecond).String()
	}
	text := report.Count(float64(ops)) + " operations"
	for _, system := range c.systems {
		if n, _ := c.work(system, r.Scale()); n != ops {
			text += fmt.Sprintf(" (%s: %s)", system, report.Count(float64(n)))
		}
	}
	return text
}
