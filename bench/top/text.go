package top

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine"
)

// Legend says in a sentence each what the figures mean.
func Legend() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range columns {
		fmt.Fprintf(t, "  %s\t%s\n", c.title, c.what)
	}
	_ = t.Flush() // into memory
	return b.String()
}

// Write prints a frame: what the engine has done, and a line for each process.
func (f *Frame) Write(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "engine %q, up %v, %s, %d in all: %d rows, %s, %d partitions, %d tasks\n",
		f.Name, f.At.Sub(f.Started).Truncate(time.Second), report.Plural(len(f.Workers), "worker"), f.Jobs, f.Snapshot.Rows,
		machine.FormatSize(clamp(float64(f.Snapshot.Bytes))), f.Partitions, f.Tasks)
	fmt.Fprintf(&b, "%d failures, %d retries, %d deaths, %d restarts; in the last %.3g s:\n",
		f.Failures, f.Retries, f.Deaths, f.Restarts, f.Span.Seconds())
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "worker\tpid\tstate\t")
	for _, c := range f.shown() {
		fmt.Fprint(t, c.title, "\t")
	}
	fmt.Fprintln(t)
	for i := range f.Rates {
		f.line(t, fmt.Sprint(f.Workers[i].Worker), f.Workers[i].Usage, string(f.Workers[i].State), &f.Rates[i])
	}
	f.line(t, "all", engine.Usage{}, "", &f.Total)
	f.line(t, "coordinator", f.Coordinator, "", &f.Console)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// shown is the columns to print: what never happens is left out, but in the figures.
func (f *Frame) shown() (cs []column) {
	for _, c := range columns {
		rare := c.title == "majflt/s" || c.title == "retries/s" || c.title == "fails/s" || c.title == "tasks/s" || c.title == "VSZ"
		if !rare || c.title != "VSZ" && *c.of(&f.Total)+*c.of(&f.Console) > 0 {
			cs = append(cs, c)
		}
	}
	return cs
}

// line prints the figures of one process.
func (f *Frame) line(w io.Writer, who string, u engine.Usage, state string, r *Rates) {
	pid := "-"
	if u.PID != 0 {
		pid = fmt.Sprint(u.PID)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t", who, pid, state)
	for _, c := range f.shown() {
		fmt.Fprint(w, text(*c.of(r), c.unit), "\t")
	}
	fmt.Fprintln(w)
}

func text(v float64, unit string) string {
	switch unit {
	case "B":
		return machine.FormatSize(clamp(v))
	case "B/s":
		return machine.FormatSize(clamp(v)) + "/s"
	case "1":
		return report.Percent(v)
	}
	return report.Count(v)
}

// clamp makes bytes of what somebody may have made up.
func clamp(v float64) int64 { return int64(min(max(v, 0), 1<<62)) }
