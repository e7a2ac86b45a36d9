package lock

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	for i := range r.Cases {
		if err := r.Cases[i].write(w); err != nil {
			return err
		}
	}
	s := r.Meta.Settings
	fmt.Fprintf(w, "an operation is a lock and an unlock, with one addition to a counter beside the lock between them (a round, for a barrier);\n"+
		"ns/op is time by the operations of all processes, think time with it; min share is the least process's, of an equal one, in any round\n")
	fmt.Fprintf(w, "every operation, wake and death was counted and compared; ratios are taken round by round, intervals are of 95 %%\n")
	fmt.Fprintf(w, "pinned: to CPUs %s, process by process; %s is one process on the same CPUs\n", words(s.CPUs), Sync)
	fmt.Fprintf(w, "think time: %s\n", s.thinking())
	fmt.Fprintf(w, "spin: %s up to %d µs before it sleeps; %s as package sync does; %s, where processes contend, as glibc's adaptive type does; the others not at all\n", Futex, s.SpinNS/1000, Sync, Pthread)
	if s.Twin != "" {
		fmt.Fprintf(w, "C: %s; its locks are calls into the C library, and that is part of what they cost\n", s.Twin)
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

func words(list []int) string {
	var all []string
	for _, v := range list {
		all = append(all, strconv.Itoa(v))
	}
	return strings.Join(all, ", ")
}

// write prints one case, the best system first.
func (c *CaseReport) write(w io.Writer) error {
	fmt.Fprintf(w, "%s: %s\n%s of %s%s\n", c.Name, c.What, report.Plural(c.Rounds, "round"), c.Work, c.warmedUp())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "system\t")
	metrics := c.metrics()
	for i, metric := range metrics {
		fmt.Fprintf(t, "%s\t", titles[metric])
		if i == 0 && c.Baseline != "" {
			fmt.Fprintf(t, "x %s\t95 %%\t", c.Baseline)
		}
	}
	fmt.Fprintln(t)
	for _, system := range c.order(metrics[0]) {
		c.row(t, system, metrics)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if c.Calls != "" {
		fmt.Fprintln(w, "calls:", c.Calls)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (c *CaseReport) warmedUp() string {
	if c.Warmups == 0 {
		return ""
	}
	return ", behind " + report.Plural(c.Warmups, "short one") + " to warm up"
}

var titles = map[string]string{
	nsPerOp: "ns/op", opsPerS: "ops/s", minShare: "min share", p50: "p50", p99: "p99", p999: "p99.9", maxNs: "max", syscalls: "calls/op", ownerRSS: "owner's memory",
}

func (c *CaseReport) row(w io.Writer, system string, metrics []string) {
	fmt.Fprintf(w, "%s\t", system)
	for i, metric := range metrics {
		m, ok := c.Figure(system, metric)
		if !ok {
			fmt.Fprint(w, "-\t")
			continue
		}
		fmt.Fprintf(w, "%s\t", value(m))
		if i == 0 && c.Baseline != "" {
			fmt.Fprintf(w, "%s\t%s\t", pointed(m.Ratio), ratioInterval(m))
		}
	}
	fmt.Fprintln(w)
}

// value writes a figure.
func value(m report.Measurement) string {
	switch m.Metric {
	case opsPerS:
		return report.Count(m.Value)
	case p50, p99, p999, maxNs:
		return duration(m.Value)
	case ownerRSS:
		return machine.FormatSize(int64(m.Value))
	}
	return report.Number(m.Value)
}

// duration writes nanoseconds with the unit that people would use.
func duration(ns float64) string {
	switch {
	case ns >= 1e9:
		return fmt.Sprintf("%.3g s", ns/1e9)
	case ns >= 1e6:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	case ns >= 1e3:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	}
	return fmt.Sprintf("%.3g ns", ns)
}

func pointed(v *float64) string {
	if v == nil {
		return "-"
	}
	return report.Number(*v)
}

// ratioInterval writes the interval of a ratio; the baseline has none.
func ratioInterval(m report.Measurement) string {
	if m.RatioLo == nil || m.RatioHi == nil || m.System == m.Baseline {
		return "-"
	}
	return report.Interval(stats.Summary{N: 2, Lo: *m.RatioLo, Hi: *m.RatioHi})
}

// metrics returns the metrics that the case has figures of, in order.
func (c *CaseReport) metrics() (list []string) {
	for _, m := range c.Figures {
		if !slices.Contains(list, m.Metric) {
			list = append(list, m.Metric)
		}
	}
	return list
}

// order returns the systems, the best by a metric first.
func (c *CaseReport) order(metric string) (systems []string) {
	var list []report.Measurement
	for _, m := range c.Figures {
		if m.Metric == metric {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b report.Measurement) int {
		switch better := a.Value < b.Value; {
		case a.Value == b.Value:
			return 0
		case better != (metric == opsPerS):
			return -1
		}
		return 1
	})
	for _, m := range list {
		systems = append(systems, m.System)
	}
	return systems
}
