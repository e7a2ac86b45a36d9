package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

// WriteAnswer prints what the job found out: a line an hour, the histograms as
// bars, and the correlation.
func (r *Report) WriteAnswer(w io.Writer) error {
	s := r.Meta.Settings
	fmt.Fprintf(w, "Delay of flights by hour of departure, in minutes: %d rows, %s\n", s.SourceRows, s.provenance())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "hour\tflights\tmean\tstd\tmin\tmax\t  histogram\t")
	for h := range byhour.Hours {
		if a, ok := r.Answer.At(h); ok {
			writeHour(t, strconv.Itoa(h), a)
		}
	}
	all, _ := r.Answer.All()
	writeHour(t, "all", all)
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "histogram: below %d, then steps of %d minutes, then %d and above; all hours: %s\n",
		byhour.BinLow, byhour.BinWidth, byhour.BinHigh, strings.Trim(fmt.Sprint(all.Hist), "[]"))
	if c, ok := r.Answer.Corr(); ok {
		fmt.Fprintf(w, "correlation of delay and distance: %.13g\n", c)
	} else {
		fmt.Fprintln(w, "correlation of delay and distance: none, one of them does not vary")
	}
	return nil
}

func (s Settings) provenance() string {
	if s.Data == "" {
		return "sample of " + flights.Provenance
	}
	return s.Data
}

func writeHour(w io.Writer, name string, a byhour.Hour) {
	std := "-"
	if !math.IsNaN(a.Std) {
		std = fmt.Sprintf("%.13g", a.Std)
	}
	fmt.Fprintf(w, "%s\t%d\t%.13g\t%s\t%g\t%g\t  %s\t\n", name, a.Count, a.Mean, std, a.Min, a.Max, bars(a.Hist[:]))
}

// bars draws counts as eight heights, by their square roots, so that rare ones
// are seen; a space is none at all.
func bars(counts []int64) string {
	const heights = "▁▂▃▄▅▆▇█"
	levels := []rune(heights)
	most := slices.Max(counts)
	var b strings.Builder
	for _, n := range counts {
		if n == 0 {
			b.WriteByte(' ')
			continue
		}
		share := math.Sqrt(float64(n) / float64(most))
		b.WriteRune(levels[min(int(share*float64(len(levels))), len(levels)-1)])
	}
	return b.String()
}

// WriteSystems prints the figures, fastest system first, and what they were
// measured on.
func (r *Report) WriteSystems(w io.Writer) error {
	s := r.Meta.Settings
	fmt.Fprintf(w, "%s, %s of rows (%s), %s, %s; all answers agree\n",
		Case, machine.FormatSize(int64(s.Rows)*flights.RowBytes), s.Tiled(), report.Plural(s.Workers, "worker"), report.Plural(s.Reps, "round"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%-13s\trows/s\tGB/s\tx %s\t95 %%\tcopied a job\tcalls a job\tspread\treps\twarm-ups\trows\t\n", "system", baseline)
	for _, s := range r.byRate() {
		writeSystem(t, s)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "copied: bytes through read and write calls, both sides, as the kernel counts them")
	for _, s := range r.Systems {
		if s.UserCopied > 0 {
			fmt.Fprintf(w, "; %s: the copy into the arena, as the program counts it", s.Name)
		}
	}
	fmt.Fprintf(w, "\ncalls: %s, all processes of a system together\n", r.calls())
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	fmt.Fprintf(w, "%s\n%s\n", r.Verdict(), r.Meta.Machine)
	return nil
}

func (r *Report) calls() string {
	if r.Calls == "" {
		return "not counted here"
	}
	return r.Calls
}

// byRate returns the systems, the fastest first.
func (r *Report) byRate() []SystemReport {
	return slices.SortedStableFunc(slices.Values(r.Systems), func(a, b SystemReport) int {
		switch {
		case a.Rate.Median > b.Rate.Median:
			return -1
		case a.Rate.Median < b.Rate.Median:
			return 1
		}
		return 0
	})
}

func writeSystem(w io.Writer, s SystemReport) {
	copied, calls := "-", "-"
	if s.Counted > 0 {
		copied, calls = machine.FormatSize(s.Copied), strconv.FormatInt(s.Syscalls, 10)
	}
	paired := report.Interval(s.Ratio)
	if s.Name == baseline {
		paired = "-"
	}
	fmt.Fprintf(w, "%-13s\t%s\t%.3g\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t\n", s.Name, report.Count(s.Rate.Median),
		s.Rate.Median*flights.RowBytes/1e9, report.Number(s.Ratio.Median), paired, copied, calls, report.Percent(s.Rate.Spread),
		s.Rate.N, s.Warmups, report.Count(float64(s.Rows)))
}
