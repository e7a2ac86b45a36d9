package mem

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

// Legend says in a sentence each what the figures mean.
func Legend() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range figures {
		fmt.Fprintf(t, "  %s\t%s\n", f.title, f.what)
	}
	_ = t.Flush() // into memory
	return b.String()
}

// Write prints the figures as tables.
func (r *Report) Write(w io.Writer) error {
	for i := range r.Looks {
		if err := r.Looks[i].write(w); err != nil {
			return err
		}
		if r.Meta.Settings.Maps {
			if err := writeMaps(w, r.Looks[i].maps); err != nil {
				return err
			}
		}
	}
	if len(r.Looks) > 1 {
		rss, pss := r.Sum("rss_bytes"), r.Sum("pss_bytes")
		fmt.Fprintf(w, "together: %s by RSS, %s by PSS, %s of it in one process alone; %s are counted more than once by RSS,\n"+
			"and what others share with them is in PSS by their part\n\n", bytesText(float64(rss)), bytesText(float64(pss)),
			bytesText(float64(r.Sum("uss_bytes"))), bytesText(float64(rss)-float64(pss)))
	}
	if r.System != nil {
		if err := r.System.write(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

// write prints one process.
func (l *Look) write(w io.Writer) error {
	fmt.Fprintf(w, "process %d, %s\n", l.PID, safe(l.Name))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "figure\tvalue\t")
	if l.Before != nil {
		fmt.Fprintf(t, "in %.3g s\t", l.Span.Seconds())
	}
	fmt.Fprintln(t, " meaning")
	for _, f := range figures {
		v := float64(f.of(&l.Usage))
		fmt.Fprintf(t, "%s\t%s\t", f.title, valueText(v, f.unit))
		if l.Before != nil {
			fmt.Fprintf(t, "%s\t", l.change(f))
		}
		fmt.Fprintln(t, " "+f.what)
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// change is what the interval did to a figure.
func (l *Look) change(f figure) string {
	switch f.kind {
	case size:
		v := l.grown(f.of)
		if v > 0 {
			return "+" + bytesText(v)
		}
		return bytesText(v)
	case count:
		return report.Count(l.rate(f.of)) + "/s"
	}
	return "-"
}

func writeMaps(w io.Writer, maps []Mapping) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "address\tperms\tsize KiB\tRSS\tPSS\tdirty\tanon\tswap\thuge\t name")
	var sum Mapping
	var size uint64
	for i := range maps {
		m := &maps[i]
		writeMap(t, fmt.Sprintf("%012x", m.From), m.Perms, m.Size(), m, safe(m.Name))
		size += m.Size()
		sum.RSS, sum.PSS, sum.Written = sum.RSS+m.RSS, sum.PSS+m.PSS, sum.Written+m.Written
		sum.Anonymous, sum.Swap, sum.Huge = sum.Anonymous+m.Anonymous, sum.Swap+m.Swap, sum.Huge+m.Huge
	}
	writeMap(t, "total", "", size, &sum, report.Plural(len(maps), "mapping"))
	fmt.Fprintln(t)
	return t.Flush()
}

func writeMap(t io.Writer, at, perms string, size uint64, m *Mapping, name string) {
	fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t %s\n",
		at, perms, size>>10, m.RSS>>10, m.PSS>>10, m.Written>>10, m.Anonymous>>10, m.Swap>>10, m.Huge>>10, name)
}

func (s *System) write(w io.Writer) error {
	fmt.Fprintf(w, "the whole system, over %.3g s\n", s.Span.Seconds())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, f := range systemFigures {
		if v, ok := s.Value[f.metric]; ok {
			title := strings.NewReplacer("_per_s", "", "_bytes", "", "_share", "", "_", " ").Replace(f.metric)
			fmt.Fprintf(t, "%s\t%s\t %s\n", title, s.text(f, v), f.what)
		}
	}
	fmt.Fprintln(t)
	return t.Flush()
}

func (s *System) text(f systemFigure, v float64) string {
	switch {
	case strings.HasSuffix(f.metric, "_share"):
		return report.Percent(v)
	case f.unit == "B/s":
		return bytesText(v) + "/s"
	case f.unit == "1/s":
		return report.Count(v) + "/s"
	}
	return valueText(v, f.unit)
}

func valueText(v float64, unit string) string {
	if unit == "B" {
		return bytesText(v)
	}
	return report.Count(v)
}

func bytesText(v float64) string { return machine.FormatSize(int64(v)) }

// safe writes a name that somebody else chose: what would steer a terminal is escaped.
func safe(name string) string {
	q := strconv.Quote(name)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
