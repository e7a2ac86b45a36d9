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
	"github.com/shmengine/shmengine/bench/suite"
)

// A Report is what a run found. All samples were in order, or there would be none.
type Report struct {
	Meta  Meta
	Notes []string // what was left out
	Cases []report.Case
}

// metrics, in the order of the report, with the share of samples that are below.
var metrics = []struct {
	name, title string
	share       float64
}{{"p50_ns", "p50", 0.5}, {"p99_ns", "p99", 0.99}}

// values are what some samples say.
func (c contest) values(list []sample) (values []float64) {
	for _, s := range list {
		values = append(values, c.value(s))
	}
	return values
}

// percentile is the least value that so large a share of the values does not exceed.
func percentile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// series returns a percentile of each round.
func (c contest) series(rounds [][]sample, share float64) (list []float64) {
	for _, samples := range rounds {
		list = append(list, percentile(c.values(samples), share))
	}
	return list
}

// figures returns the percentiles of all samples; the interval of the median is that of the
// rounds' medians.
func (c contest) figures(k *suite.Contest[[]sample], all suite.Rounds[[]sample]) (ms []report.Measurement) {
	for _, name := range k.Systems {
		for _, metric := range metrics {
			values := c.values(slices.Concat(all[name]...))
			m := report.Measurement{
				Suite: Suite, Case: c.name, System: name, Metric: metric.name, Unit: "ns", Baseline: k.Baseline,
				Value: percentile(values, metric.share), N: len(values),
			}
			if metric.share == 0.5 {
				m.SetInterval(stats.Of(c.series(all[name], metric.share)))
			}
			if k.Baseline != "" {
				m.SetRatio(stats.Ratio(c.series(all[name], metric.share), c.series(all[k.Baseline], metric.share)))
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	for i := range r.Cases {
		if err := write(w, &r.Cases[i], r.Meta.Settings.Systems); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "each sample is three readings of one clock, by parent, child and parent, and they were in order; a warm-up round is not counted;\n"+
		"ratios are taken round by round, intervals are of 95 %")
	fmt.Fprintln(w, "engine's child is a small program with package engine/process, engine-self's this one again, with all it initialises; standby is a Starter of one process, and Pool(1) in Python; nothing is pinned")
	if v := r.Meta.Settings.Python; v != "" {
		fmt.Fprintln(w, "Python", v)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

func write(w io.Writer, c *report.Case, systems []string) error {
	fmt.Fprintf(w, "%s: %s\n%s of %s\n", c.Name, c.What, report.Plural(c.Rounds, "round"), c.Work)
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
