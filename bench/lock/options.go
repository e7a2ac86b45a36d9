package lock

import (
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Options say what to measure. The zero value is the default run.
// mutex/oversubscribed, whose measurements take a second, gets a third of the rounds.
type Options = suite.Options[Meta]

// Validate says what is wrong with o.
func Validate(o Options) error {
	return o.Check(report.Suite{Cases: Cases(), Systems: Systems()}, len(chosen(o.Case, o.Systems)))
}
