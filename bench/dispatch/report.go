package dispatch

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options with their defaults filled in, and what follows from them.
type Settings struct {
	Case     string   `json:"case"` // the pattern
	Cases    []string `json:"cases"`
	Systems  []string `json:"systems,omitempty"` // that were asked for
	Reps     int      `json:"reps"`
	Seconds  float64  `json:"seconds"`
	WindowNS int64    `json:"window_ns"`
	Bytes    int      `json:"array_bytes,omitempty"`
	InFlight int      `json:"in_flight"` // tasks of task/stream
	Twin     string   `json:"twin,omitempty"`
	Python   string   `json:"python,omitempty"`
	// Absent says of each case which systems have no figures, and why.
	Absent report.Absent `json:"absent"`
}

func (r *run) newMeta(asked []contest, measured []suite.Contest[*sample]) Meta {
	s := Settings{
		Case: r.Case, Systems: r.Systems, Reps: r.Reps, Seconds: r.Seconds, WindowNS: r.window(1).Nanoseconds(),
		Bytes: r.stage.bytes, InFlight: inFlight, Python: r.stage.python, Absent: report.Absent{},
	}
	if r.stage.twin != "" {
		s.Twin = r.stage.twin + ", " + strings.Join(twinFlags, " ") + ", OMP_WAIT_POLICY=active"
	}
	for _, c := range asked {
		s.Absent[c.name] = r.absent(c)
	}
	for _, c := range measured {
		s.Cases = append(s.Cases, c.Name)
	}
	return report.NewMeta(Suite, s)
}

// absent says which systems have no part in a case, and why.
func (r *run) absent(c contest) map[string]string {
	why := map[string]string{}
	for _, name := range systems {
		switch {
		case slices.Contains(c.systems, name) && r.stage.systems[name] != nil:
		case !r.Asked(name):
			why[name] = "not asked for"
		case r.stage.missing[name] != "":
			why[name] = r.stage.missing[name]
		default:
			why[name] = unfit(c.kind, name)
		}
	}
	return why
}

// unfit says why a system has no part in a kind of work.
func unfit(kind, name string) string {
	switch {
	case name == PyPool || name == PyExecutor:
		return "it hands copies of arrays over, and forks and joins as it makes a round trip"
	case name == EngineHelp:
		return "one worker does each task: nobody helps"
	case kind == kindSum:
		return "it has no array"
	}
	return "it has no pool that takes one task"
}

// A Report is what a run found. All sums were right, or there would be none.
type Report struct {
	Meta  Meta
	Cases []report.Case
}

var style = report.Style{
	Titles: map[string]string{p50: "p50", p99: "p99", tasksPerS: "tasks/s", bytesPerS: "GB/s"},
	Value: func(m report.Measurement) string {
		switch m.Metric {
		case tasksPerS:
			return report.Count(m.Value)
		case bytesPerS:
			return report.Number(m.Value / 1e9)
		}
		return report.Number(m.Value) + " ns"
	},
	More: func(metric string) bool { return metric == tasksPerS || metric == bytesPerS },
}

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	s := r.Meta.Settings
	if err := report.WriteCases(w, r.Cases, style, s.Absent, systems); err != nil {
		return err
	}
	fmt.Fprintln(w, "every result was summed and the sum compared; ratios are taken round by round, intervals are of 95 %; percentiles are\n"+
		"medians of the rounds', and hold one look at the clock; nobody is pinned to a CPU")
	if s.Bytes > 0 {
		fmt.Fprintf(w, "array: %s of float64; %s workers get its bytes, all others look at it in place\n", machine.FormatSize(int64(s.Bytes)), Pipe)
	}
	for _, made := range []struct{ what, with string }{{"C:", s.Twin}, {"Python:", s.Python}} {
		if made.with != "" {
			fmt.Fprintln(w, made.what, made.with)
		}
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}
