package lock

import (
	"fmt"
	"strings"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
	"github.com/shmengine/shmengine/internal/spin"
)

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options with their defaults filled in, and what follows from
// them.
type Settings struct {
	Case       string   `json:"case"` // the pattern
	Cases      []string `json:"cases"`
	Systems    []string `json:"systems,omitempty"` // that were asked for
	Reps       int      `json:"reps"`
	Seconds    float64  `json:"seconds"`
	CPUs       []int    `json:"cpus"` // that processes are pinned to, in turn
	ThinkNS    int64    `json:"think_ns"`
	ThinkTurns turns    `json:"think_turns"`
	SpinNS     int64    `json:"spin_ns"` // of futex, before it sleeps
	Twin       string   `json:"twin,omitempty"`
	Baselines  []string `json:"baselines"` // of a case: the first of these that takes part
}

func (r *run) newMeta(list []suite.Contest[*sample]) Meta {
	s := Settings{
		Case: r.Case, Systems: r.Systems, Reps: r.Reps, Seconds: r.Seconds, CPUs: r.stage.cpus, ThinkNS: thinkTime.Nanoseconds(),
		ThinkTurns: r.stage.turns, SpinNS: spin.Window.Nanoseconds(), Baselines: baselines,
	}
	for _, c := range list {
		s.Cases = append(s.Cases, c.Name)
	}
	if r.stage.twin != nil {
		s.Twin = r.stage.hello + ", " + strings.Join(twinFlags, " ")
	}
	return report.NewMeta(Suite, s)
}

// thinking says how the workers came to their think time.
func (s Settings) thinking() string {
	text := fmt.Sprintf("%d ns, %d turns of four multiplications that wait for the one before, the same for all, who compute for %v before they contend; calibrated: Go %d",
		s.ThinkNS, s.ThinkTurns.All, runIn, s.ThinkTurns.Go)
	if s.ThinkTurns.C > 0 {
		text += fmt.Sprintf(", C %d", s.ThinkTurns.C)
	}
	return text
}
