package proc

import (
	"fmt"
	"slices"

	"github.com/shmengine/shmengine/bench/report"
)

// Suite is the name of this suite in reports.
const Suite = "proc"

// Names of the systems, as reports have them.
const (
	Engine       = "engine"
	EngineSelf   = "engine-self"
	PyFork       = "py-fork"
	PyForkserver = "py-forkserver"
	PySpawn      = "py-spawn"
)

// Systems returns the names of all systems.
func Systems() []string { return []string{Engine, EngineSelf, PyFork, PyForkserver, PySpawn} }

// baseline is what Python does unless it is told otherwise, up to 3.13.
const baseline = PyFork

// Kinds are what a system can be asked for.
const (
	kindFirst = "first"
	kindHot   = "hot"
	kindIdle  = "idle"
	kindJoin  = "join"
	kindDeath = "death"
)

// A contest is one thing that is measured.
type contest struct {
	name, kind string
	samples    int // of each system in a round
	what       string
}

var contests = []contest{
	{"spawn/first", kindFirst, 4, "from asking for a process until its first statement"},
	{"standby/hot", kindHot, 100, "from handing a job to a process that has just done one until the job's first statement"},
	{"standby/idle2ms", kindIdle, 20, "the same, when nobody has had anything to do for 2 ms"},
	{"join", kindJoin, 4, "from the last statement of a process until join returns in its parent"},
	{"death", kindDeath, 4, "from kill -9 of a process that sleeps until its parent knows"},
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, c := range contests {
		names = append(names, c.name)
	}
	return names
}

// chosen returns the contests whose names match a pattern; a name's part before the slash
// stands for all of it.
func chosen(pattern string) (list []contest) {
	for _, c := range contests {
		if report.Matches(pattern, c.name) {
			list = append(list, c)
		}
	}
	return list
}

// A sample is three moments in ns: see the package's documentation.
type sample [3]int64

// value is what is measured, in ns.
func (c contest) value(s sample) float64 {
	switch c.kind {
	case kindJoin:
		return float64(s[2] - s[1])
	case kindDeath:
		return float64(s[2] - s[0])
	}
	return float64(s[1] - s[0])
}

// check says what cannot be true of some samples.
func (c contest) check(list []sample) error {
	if len(list) != c.samples {
		return fmt.Errorf("%w: %d samples, not %d", report.ErrWrong, len(list), c.samples)
	}
	for i, s := range list {
		if !slices.IsSorted(s[:]) || s[0] <= 0 {
			return fmt.Errorf("%w: sample %d: the moments %v are not in order", report.ErrWrong, i, s)
		}
	}
	return nil
}
