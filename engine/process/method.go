package process

import (
	"errors"
	"fmt"
)

// A StartMethod is a way to get a process for an entry.
type StartMethod string

const (
	// Spawn starts the program again for each job: a millisecond.
	Spawn StartMethod = "spawn"
	// Standby hands the job to a spare: a process that was started before and waits. It
	// is what a fork server is for.
	Standby StartMethod = "standby"
)

// StartMethods returns all start methods, the default first.
func StartMethods() []StartMethod { return []StartMethod{Spawn, Standby} }

// Validate says why m is not a start method here; then it is errors.ErrUnsupported. The
// zero value is Spawn.
func (m StartMethod) Validate() error {
	switch m {
	case "", Spawn, Standby:
		return nil
	case "fork":
		return fmt.Errorf("process: start method fork: %w: a copy of a Go process has one of its threads only, and the runtime needs them all; Standby is as quick, and shmarena.Snapshot shares data", errors.ErrUnsupported)
	case "forkserver":
		return fmt.Errorf("process: start method forkserver: %w: it forks; Standby keeps processes ready instead", errors.ErrUnsupported)
	}
	return fmt.Errorf("process: start method %q: %w: want one of %v", m, errors.ErrUnsupported, StartMethods())
}
