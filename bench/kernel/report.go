package kernel

import (
	"fmt"
	"io"
	"slices"

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
	CPU      int      `json:"cpu"` // that all processes are pinned to
	Twin     string   `json:"twin,omitempty"`
	// Absent says of each case which systems have no figures, and why.
	Absent map[string]map[string]string `json:"absent"`
}

func (r *run) newMeta(asked []contest, measured []suite.Contest[*sample]) Meta {
	s := Settings{
		Case: r.Case, Systems: r.Systems, Reps: r.Reps, Seconds: r.Seconds, WindowNS: r.window(1).Nanoseconds(),
		CPU: r.stage.cpu, Twin: r.stage.hello, Absent: map[string]map[string]string{},
	}
	for _, c := range asked {
		s.Absent[c.name()] = r.absent(c)
	}
	for _, c := range measured {
		s.Cases = append(s.Cases, c.Name)
	}
	return report.NewMeta(Suite, s)
}

// absent says which systems have no part in a case, and why.
func (r *run) absent(c contest) map[string]string {
	why, present := map[string]string{}, r.stage.present(c)
	for _, system := range systems {
		switch {
		case slices.Contains(present.systems, system):
		case !r.Asked(system):
			why[system] = "not asked for"
		case c.unfit(system) != "":
			why[system] = c.unfit(system)
		default:
			why[system] = r.stage.missing[system]
		}
	}
	return why
}

// A Report is what a run found. All results were right, or there would be none.
type Report struct {
	Meta  Meta
	Cases []report.Case
}

var style = report.Style{
	Titles: map[string]string{nsPerElem: "ns/elem", bytesPerS: "B/s"},
	Value: func(m report.Measurement) string {
		if m.Metric == bytesPerS {
			return report.Count(m.Value)
		}
		return report.Number(m.Value)
	},
	More: func(metric string) bool { return metric == bytesPerS },
}

// legend is what a reader of the tables has to know.
const legend = "every result was compared with that of a plain loop; ratios are times beside the baseline's, round by round, intervals are of 95 %;\n" +
	"B/s counts all operands, read and written; limit moves the same operands and computes nothing, or does the multiplications and additions of a gemm in registers;\n" +
	"std is plain Go and package slices; go, avx2 and avx512 are the levels of package kernels; sort and argsort of c are by radix, 11 bits a pass"

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	s := r.Meta.Settings
	if err := report.WriteCases(w, r.Cases, style, s.Absent, systems); err != nil {
		return err
	}
	fmt.Fprintln(w, legend)
	fmt.Fprintf(w, "pinned: all processes to CPU %d, one after the other\n", s.CPU)
	if s.Twin != "" {
		fmt.Fprintln(w, "C: "+s.Twin)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}
