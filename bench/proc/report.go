package proc

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// A Report is what a run found. All samples were in order, or there would be none.
type Report struct {
	Meta  Meta
	Notes []string // what was left out
	Cases []CaseReport
}

// A CaseReport is what the systems did in one case.
type CaseReport struct {
	Name     string
	What     string
	Samples  int // of each system in a round
	Rounds   int
	Baseline string // "" if it did not take part
	Figures  []report.Measurement
}

// metrics, in the order of the report, with the share of samples that are below.
var metrics = []struct {
	name, title string
	share       float64
}{{"p50_ns", "p50", 0.5}, {"p99_ns", "p99", 0.99}}

// rounds are a case's values, by system and round.
type rounds map[string][][]float64

func (all rounds) add(c contest, name string, list []sample) {
	var values []float64
	for _, s := range list {
		values = append(values, c.value(s))
	}
	all[name] = append(all[name], values)
}

// percentile is the least value that so large a share of the values does not exceed.
func percentile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// series returns a percentile of each round.
func (all rounds) series(name string, share float64) (list []float64) {
	for _, values := range all[name] {
		list = append(list, percentile(values, share))
	}
	return list
}

// figures returns the percentiles of all samples; the interval of the median is that of the
// rounds' medians.
func (all rounds) figures(c contest, names []string, base string) (ms []report.Measurement) {
	for _, name := range names {
		for _, metric := range metrics {
			values := slices.Concat(all[name]...)
			m := report.Measurement{
				Suite: Suite, Case: c.name, System: name, Metric: metric.name, Unit: "ns", Baseline: base,
				Value: percentile(values, metric.share), N: len(values),
			}
			if metric.share == 0.5 {
				m.SetInterval(stats.Of(all.series(name, metric.share)))
			}
			if base != "" {
				m.SetRatio(stats.Ratio(all.series(name, metric.share), all.series(base, metric.share)))
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// Figure returns one figure of the case.
func (c *CaseReport) Figure(system, metric string) (report.Measurement, bool) {
	i := slices.IndexFunc(c.Figures, func(m report.Measurement) bool { return m.System == system && m.Metric == metric })
	if i < 0 {
		return report.Measurement{}, false
	}
	return c.Figures[i], true
}

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	for i := range r.Cases {
		if err := r.Cases[i].write(w, r.Meta.Settings.Systems); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "each sample is three readings of one clock, by parent, child and parent, and they were in order; a warm-up round is not counted;\n"+
		"ratios are taken round by round, intervals are of 95 %")
	fmt.Fprintln(w, "engine's child is this program again; standby is a Starter of one process, and Pool(1) in Python; nothing is pinned")
	if v := r.Meta.Settings.Python; v != "" {
		fmt.Fprintln(w, "Python", v)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

func (c *CaseReport) write(w io.Writer, systems []string) error {
	fmt.Fprintf(w, "%s: %s\n%s of %s\n", c.Name, c.What, report.Plural(c.Rounds, "round"), report.Plural(c.Samples, "sample"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "system\t")
	for _, m := range metrics {
		fmt.Fprintf(t, "%s\t", m.title)
		if c.Baseline != "" {
			fmt.Fprintf(t, "x %s\t95 %%\t", c.Baseline)
		}
	}
	fmt.Fprintln(t)
	for _, name := range systems {
		fmt.Fprintf(t, "%s\t", name)
		for _, metric := range metrics {
			m, _ := c.Figure(name, metric.name)
			fmt.Fprintf(t, "%s\t", duration(m.Value))
			if c.Baseline != "" {
				fmt.Fprintf(t, "%s\t%s\t", ratio(m), ratioInterval(m))
			}
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t)
	return t.Flush()
}

func ratio(m report.Measurement) string {
	if m.Ratio == nil {
		return "-"
	}
	return report.Number(*m.Ratio)
}

func ratioInterval(m report.Measurement) string {
	if m.RatioLo == nil || m.RatioHi == nil || m.System == m.Baseline {
		return "-"
	}
	return report.Interval(stats.Summary{N: 2, Lo: *m.RatioLo, Hi: *m.RatioHi})
}

// duration writes nanoseconds with three digits.
func duration(ns float64) string {
	d := time.Duration(ns)
	for unit := time.Duration(1); unit <= time.Second; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(time.Second).String()
}
