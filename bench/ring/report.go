package ring

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options with their defaults filled in, and what follows from
// them.
type Settings struct {
	Case     string   `json:"case"` // the pattern
	Cases    []string `json:"cases"`
	Systems  []string `json:"systems,omitempty"` // that were asked for
	Reps     int      `json:"reps"`
	Seconds  float64  `json:"seconds"`
	WindowNS int64    `json:"window_ns"`
	CPUs     []int    `json:"cpus"` // that processes are pinned to, in turn
	Twin     string   `json:"twin,omitempty"`
	// Absent says of each case which systems have no figures, and why.
	Absent map[string]map[string]string `json:"absent"`
}

func (r *run) newMeta(asked []contest, measured []suite.Contest[*sample]) Meta {
	s := Settings{
		Case: r.Case, Systems: r.Systems, Reps: r.Reps, Seconds: r.Seconds, WindowNS: r.window(1).Nanoseconds(),
		CPUs: r.stage.cpus, Twin: r.stage.twinHello, Absent: map[string]map[string]string{},
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
	present := r.stage.present(c)
	why := map[string]string{}
	for _, system := range systems {
		switch {
		case slices.Contains(present.systems, system):
		case !r.Asked(system):
			why[system] = "not asked for"
		case !slices.Contains(c.systems, system):
			why[system] = c.unfit(system)
		case isTwin(system) && r.stage.missing != "":
			why[system] = r.stage.missing
		default:
			why[system] = r.stage.lacking(system)
		}
	}
	return why
}

// A Report is what a run found. All sums were right, or there would be none.
type Report struct {
	Meta  Meta
	Notes []string
	Calls string // which system calls were counted; "" for none
	Cases []report.Case
}

var style = report.Style{
	Titles: map[string]string{
		p50: "p50 ns", p99: "p99 ns", p999: "p99.9 ns", worst: "max ns", rateShare: "of rate", msgsPerS: "msgs/s", bytesPerS: "B/s", switches: "forced switches", syscalls: "calls/msg",
	},
	Value: func(m report.Measurement) string {
		switch m.Metric {
		case msgsPerS, bytesPerS:
			return report.Count(m.Value)
		case rateShare:
			return report.Percent(m.Value)
		case switches:
			return strconv.FormatFloat(m.Value, 'f', -1, 64)
		}
		return nanoseconds(m.Value)
	},
	More: func(metric string) bool { return metric == msgsPerS || metric == bytesPerS },
}

// nanoseconds writes a time: those of an open loop can be long.
func nanoseconds(v float64) string {
	if v < 1e3 {
		return report.Number(v)
	}
	return report.Count(v)
}

// legend is what a reader of the tables has to know.
const legend = "every message was numbered and carried a checksum, both checked by the receiver, and both sides added up the same;\n" +
	"64 B are a slot: 8 of stamp or head and 56 of message (pipes and sockets: 64 of message); msgs/s counts both ways of a round trip,\n" +
	"whose time includes one reading of the clock; a closed loop: what would have waited behind a slow trip is not seen, but in openloop,\n" +
	"where times count from when a message was to be sent, by two clocks that differ by some tens of ns, and the longest is that of all rounds;\n" +
	"forced switches are how often a process had to leave its CPU, in a round: to another one, or to the monitor thread of the Go runtime;\n" +
	"ratios are taken round by round, intervals are of 95 %"

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	s := r.Meta.Settings
	if err := report.WriteCases(w, r.Cases, style, s.Absent, systems); err != nil {
		return err
	}
	fmt.Fprintln(w, legend)
	fmt.Fprintf(w, "pinned: to CPUs %s, process by process; %s is both on the first, %s one process on both\n", report.List(s.CPUs), PipeWarm, Channel)
	if s.Twin != "" {
		fmt.Fprintln(w, "C: "+s.Twin)
	}
	if r.Calls != "" {
		fmt.Fprintln(w, "calls: "+r.Calls+", in windows that were not timed")
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}
