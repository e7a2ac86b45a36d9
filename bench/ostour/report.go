package ostour

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

// A Report is what a run found. Every count was right, or there would be none.
type Report struct {
	Meta   Meta
	Cases  []CaseReport
	Knees  []knee
	Absent map[string]string // by case and system, what could not be measured, and why
}

// A CaseReport is what the systems did in one case.
type CaseReport struct {
	subject
	Name     string
	Rounds   int
	Systems  []string // that were measured
	Baseline string   // "" if none was
	Figures  []report.Measurement
}

// Case returns one case, nil if it was not measured.
func (r *Report) Case(name string) *CaseReport {
	i := slices.IndexFunc(r.Cases, func(c CaseReport) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Cases[i]
}

// Figure returns one figure of the case.
func (c *CaseReport) Figure(system, metric string) (report.Measurement, bool) {
	i := slices.IndexFunc(c.Figures, func(m report.Measurement) bool { return m.System == system && m.Metric == metric })
	if i < 0 {
		return report.Measurement{}, false
	}
	return c.Figures[i], true
}

// value returns the median of a system.
func (c *CaseReport) value(system string) (float64, bool) {
	m, ok := c.Figure(system, "p50_ns")
	return m.Value, ok
}

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	curve := false
	for i := range r.Cases {
		c := &r.Cases[i]
		switch {
		case !strings.HasPrefix(c.Name, tlb):
			r.writeCase(w, c)
		case !curve:
			curve = true
			r.writeCurve(w)
		}
	}
	fmt.Fprintln(w, "a value is the mean of a short batch, p99 that of batches; spread is half the interquartile range; a warm-up round is not counted;")
	fmt.Fprintln(w, "each measurement has counted what proves it, and the counts were right; ratios are taken round by round")
	fmt.Fprintf(w, "pinned: to CPUs %s\n", report.List(r.Meta.Settings.CPUs))
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

func (r *Report) writeCase(w io.Writer, c *CaseReport) {
	fmt.Fprintf(w, "%s: %s\n%s; proof: %s\n", c.Name, c.what, report.Plural(c.Rounds, "round"), c.proof)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	share := c.Name == "usage"
	fmt.Fprintf(t, "system\tp50\tp99\tspread\tx %s\t%sn\t\n", c.Baseline, title(share, "kernel's\t"))
	for _, name := range c.Systems {
		p50, _ := c.Figure(name, "p50_ns")
		p99, _ := c.Figure(name, "p99_ns")
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t", name, nanos(p50.Value), nanos(p99.Value), c.percent(name, "spread"), ratio(p50))
		if share {
			fmt.Fprintf(t, "%s\t", c.percent(name, "system_share"))
		}
		fmt.Fprintf(t, "%d\t\n", p50.N)
	}
	_ = t.Flush()
	r.writeAbsent(w, c.Name)
	if len(c.Systems) > 0 {
		fmt.Fprintln(w, "it means:", c.means(c))
	}
	fmt.Fprintln(w)
}

func title(there bool, text string) string {
	if there {
		return text
	}
	return ""
}

func (r *Report) writeAbsent(w io.Writer, name string) {
	for _, key := range slices.Sorted(maps.Keys(r.Absent)) {
		if of, system, _ := strings.Cut(key, " "); of == name {
			fmt.Fprintf(w, "not here: %s: %s\n", system, r.Absent[key])
		}
	}
}

// writeCurve prints the cases of the TLB as one.
func (r *Report) writeCurve(w io.Writer) {
	curve := r.curve()
	fmt.Fprintf(w, "tlb: one load from each of N pages in turn, in random order, and from as many lines side by side; a load each\n%s; proof: the chase comes home\n",
		report.Plural(r.Meta.Settings.Reps, "round"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "pages\tof 4 KiB\t4KiB p50\tp99\tspread\tdense p50\thuge p50\t\n")
	for _, p := range curve {
		c := r.Case(tlb + itoa(p.pages))
		p99, _ := c.Figure(small, "p99_ns")
		with := "-"
		if p.huge > 0 {
			with = nanos(p.huge)
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.pages, machine.FormatSize(int64(p.pages)*pageSize), nanos(p.small), nanos(p99.Value), c.percent(small, "spread"), nanos(p.dense), with)
	}
	_ = t.Flush()
	r.writeAbsent(w, tlb+itoa(tlbPages[len(tlbPages)-1]))
	for i, k := range r.Knees {
		fmt.Fprintf(w, "knee %d: beyond %d pages (%s) %s: %s a load for its address, rising to %s; before it was %s\n", i+1, k.pages,
			machine.FormatSize(int64(k.pages)*pageSize), k.name, nanos(k.next), nanos(k.top), nanos(max(k.before, 0)))
	}
	fmt.Fprintf(w, "it means: %s\n\n", tlbMeans(curve, r.Knees))
}

func (c *CaseReport) percent(system, metric string) string {
	m, ok := c.Figure(system, metric)
	if !ok {
		return "-"
	}
	return report.Percent(m.Value)
}

func ratio(m report.Measurement) string {
	if m.Ratio == nil {
		return "-"
	}
	return report.Number(*m.Ratio)
}

// nanos writes nanoseconds with three digits.
func nanos(v float64) string {
	switch {
	case v < 999.5:
		return fmt.Sprintf("%.3g ns", v)
	case v < 999.5e3:
		return fmt.Sprintf("%.3g us", v/1e3)
	case v < 999.5e6:
		return fmt.Sprintf("%.3g ms", v/1e6)
	}
	return fmt.Sprintf("%.3g s", v/1e9)
}

func itoa(n int) string { return strconv.Itoa(n) }
