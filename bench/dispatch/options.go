package dispatch

import (
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Options say what to measure. The zero value is the default run.
type Options = suite.Options[Meta]

// defaultWindow is how long one measurement takes in a run of the usual length; a pass
// over the array is finished.
const defaultWindow = 40 * time.Millisecond

// Validate says what is wrong with o.
func Validate(o Options) error {
	return o.Check(report.Suite{Cases: Cases(), Systems: systems}, len(chosen(o.Case, o.Systems)))
}
