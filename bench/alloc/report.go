package alloc

import (
	"fmt"
	"io"
	"slices"
	"strings"

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
	Python   string   `json:"python,omitempty"`
	// Absent says of each case which systems have no figures, and why.
	Absent map[string]map[string]string `json:"absent"`
}

func (r *run) newMeta(asked []contest, measured []suite.Contest[*sample]) Meta {
	s := Settings{
		Case: r.Case, Systems: r.Systems, Reps: r.Reps, Seconds: r.Seconds, WindowNS: r.window(1).Nanoseconds(),
		CPUs: r.stage.cpus, Twin: r.stage.twinHello, Python: r.stage.pyHello, Absent: map[string]map[string]string{},
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
		case r.stage.missing[system] != "":
			why[system] = r.stage.missing[system]
		default:
			why[system] = r.stage.lacking(c, system)
		}
	}
	return why
}

// A Report is what a run found. All sums were right, or there would be none.
type Report struct {
	Meta  Meta
	Notes []string
	Cases []report.Case
}

// secondCPU says what two at once did beside one, of the cases that are there for both: a
// quotient of medians. busy is the most that can be had of this machine.
func (r *Report) secondCPU() string {
	var parts []string
	for _, two := range r.Cases {
		name, rest, _ := strings.Cut(two.Name, "2/")
		for _, one := range r.Cases {
			if rest == "" || one.Name != name+"/"+rest {
				continue
			}
			for _, system := range systems {
				a, ok := one.Figure(system, opsPerS)
				if b, both := two.Figure(system, opsPerS); ok && both && a.Value > 0 {
					parts = append(parts, fmt.Sprintf("%s %s %.2f", one.Name, system, b.Value/a.Value))
				}
			}
		}
	}
	if parts == nil {
		return ""
	}
	return "two at once, times the work of one: " + strings.Join(parts, ", ")
}

var style = report.Style{
	Titles: map[string]string{nsPerOp: "ns/op", opsPerS: "ops/s"},
	Value: func(m report.Measurement) string {
		if m.Metric == opsPerS {
			return report.Count(m.Value)
		}
		return report.Number(m.Value)
	},
	More: func(metric string) bool { return metric == opsPerS },
}

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	s := r.Meta.Settings
	if err := report.WriteCases(w, r.Cases, style, s.Absent, systems); err != nil {
		return err
	}
	fmt.Fprintln(w, "ns/op is time by the operations of all processes; every number in memory was compared when it was read, and the sums of all;\n"+
		"ratios are taken round by round, intervals are of 95 %")
	fmt.Fprintf(w, "blocks are zero when they are made, and somebody has cleared them, but for %s's; a block is made, written and read at both ends, and given back\n", CMalloc)
	fmt.Fprintf(w, "pinned: to CPUs %s, process by process; %s, %s, %s and %s are one process on the same CPUs\n", report.List(s.CPUs), Go, SyncMap, CMalloc, CCalloc)
	if text := r.secondCPU(); text != "" {
		fmt.Fprintln(w, text)
	}
	for _, made := range []struct{ what, with string }{{"C:", s.Twin}, {"Python:", s.Python}} {
		if made.with != "" {
			fmt.Fprintln(w, made.what, made.with)
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}
