package report

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/shmengine/shmengine/bench/stats"
)

// A Case is what some systems did in one case of a suite.
type Case struct {
	Name     string
	What     string // one line for people
	Work     string // that one measurement is
	Baseline string // "" for none
	Rounds   int
	Warmups  int // short measurements of each system before, which do not count
	Figures  []Measurement
}

// A Style says how a suite's metrics are written.
type Style struct {
	Titles map[string]string
	Value  func(Measurement) string
	More   func(metric string) bool // whether more of it is better
}

// Figure returns one figure of the case.
func (c *Case) Figure(system, metric string) (Measurement, bool) {
	for _, m := range c.Figures {
		if m.System == system && m.Metric == metric {
			return m, true
		}
	}
	return Measurement{}, false
}

// Write prints a table of the case, the best system first.
func (c *Case) Write(w io.Writer, s Style) error {
	fmt.Fprintf(w, "%s: %s\n%s of %s%s\n", c.Name, c.What, Plural(c.Rounds, "round"), c.Work, c.warmedUp())
	metrics := c.Metrics()
	if len(metrics) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "system\t")
	for i, metric := range metrics {
		fmt.Fprintf(t, "%s\t", s.Titles[metric])
		if i == 0 && c.Baseline != "" {
			fmt.Fprintf(t, "x %s\t95 %%\t", c.Baseline)
		}
	}
	fmt.Fprintln(t)
	for _, system := range c.Order(metrics[0], s.More(metrics[0])) {
		c.row(t, system, metrics, s)
	}
	return t.Flush()
}

func (c *Case) warmedUp() string {
	if c.Warmups == 0 {
		return ""
	}
	return ", behind " + Plural(c.Warmups, "short one") + " to warm up"
}

func (c *Case) row(w io.Writer, system string, metrics []string, s Style) {
	fmt.Fprintf(w, "%s\t", system)
	for i, metric := range metrics {
		m, ok := c.Figure(system, metric)
		if !ok {
			fmt.Fprint(w, "-\t")
			continue
		}
		fmt.Fprintf(w, "%s\t", s.Value(m))
		if i == 0 && c.Baseline != "" {
			fmt.Fprintf(w, "%s\t%s\t", pointed(m.Ratio), ratioInterval(m))
		}
	}
	fmt.Fprintln(w)
}

func pointed(v *float64) string {
	if v == nil {
		return "-"
	}
	return Number(*v)
}

// ratioInterval writes the interval of a ratio; the baseline has none.
func ratioInterval(m Measurement) string {
	if m.RatioLo == nil || m.RatioHi == nil || m.System == m.Baseline {
		return "-"
	}
	return Interval(stats.Summary{N: 2, Lo: *m.RatioLo, Hi: *m.RatioHi})
}

// Metrics returns the metrics that the case has figures of, in order.
func (c *Case) Metrics() (list []string) {
	for _, m := range c.Figures {
		if !slices.Contains(list, m.Metric) {
			list = append(list, m.Metric)
		}
	}
	return list
}

// Order returns the systems, the best by a metric first.
func (c *Case) Order(metric string, more bool) (systems []string) {
	var list []Measurement
	for _, m := range c.Figures {
		if m.Metric == metric {
			list = append(list, m)
		}
	}
	slices.SortStableFunc(list, func(a, b Measurement) int {
		switch better := a.Value < b.Value; {
		case a.Value == b.Value:
			return 0
		case better != more:
			return -1
		}
		return 1
	})
	for _, m := range list {
		systems = append(systems, m.System)
	}
	return systems
}
