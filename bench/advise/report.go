package advise

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

// Write prints figures, formulae, predictions and advice.
func (r *Report) Write(w io.Writer) error {
	load := r.Meta.Settings.Workload
	fmt.Fprintf(w, "workload: %s\n\n", load)
	r.Figures.write(w)
	r.Figures.Formulae(w, load)
	r.writePredictions(w, load)
	fmt.Fprintf(w, "advice: %s\n\n", r.Sentence())
	if r.Checked != nil {
		r.writeChecked(w)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

func (f *Figures) write(w io.Writer) {
	fmt.Fprintf(w, "measured: %d CPUs compute %.2f times as fast as one; one reads %.3g GB/s, all %.3g GB/s, all copy %.3g GB/s\n", f.CPUs, f.Speed, f.Read1, f.ReadAll, f.Copy)
	fmt.Fprintf(w, "a byte through pipes to all workers takes %s; a process is there after %s; a wait takes %s too long\n", nanos(f.PipeByte), nanos(f.Start), nanos(f.Oversleep))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "way\ta job\ta partition\ta dead worker\t\n")
	for _, way := range Ways() {
		dead := "the service"
		if v, ok := f.Crash[way]; ok {
			dead = nanos(v)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", way, nanos(f.Job[way]), nanos(f.Task[way]), dead)
	}
	_ = t.Flush()
	fmt.Fprintln(w)
}

// Formulae prints the model with the numbers of the machine and of a workload in it.
func (f *Figures) Formulae(w io.Writer, load Workload) {
	cost := math.Max(load.Cost, 1/f.Read1)
	fmt.Fprintf(w, "model, for n partitions of p bytes (n = %d / p) on k = min(%d, n) workers, of which %.2f's worth of CPUs compute:\n",
		load.Bytes, load.Workers, f.speed(float64(load.Workers)))
	fmt.Fprintf(w, "  c = p x %.3g ns (the cost, or what reading takes) x %.3g computing; v = p x %.3g ns x %.3g waiting%s\n", cost, 1-load.Wait, cost, load.Wait, f.late(load))
	fmt.Fprintf(w, "  work = the greatest of ceil(n/k) x (c + v), n x c / %.2f, %d bytes / %.3g a ns\n", f.speed(float64(load.Workers)), load.Bytes, f.ReadAll)
	fmt.Fprintln(w, "  time = job + n x partition + move + work + lost, where")
	fmt.Fprintf(w, "    move = %s for pipe (bytes x %.3g ns), %s for engine-copyin (bytes / %.3g a ns), nothing for the others\n",
		nanos(float64(load.Bytes)*f.PipeByte), f.PipeByte, nanos(float64(load.Bytes)/f.Copy), f.Copy)
	if load.Risk > 0 {
		fmt.Fprintf(w, "    lost, with processes = n x r/(1-r) x (dead worker + (c+v)/2) / k, r = %g\n", load.Risk)
		fmt.Fprintf(w, "    lost, without = (m/n - 1) x (time without lost) + x x %s, m = x/r, x = (1-r)^-n - 1 deaths of the service\n", nanos(f.Start))
	}
	fmt.Fprintln(w)
}

func (f *Figures) late(w Workload) string {
	if w.Wait == 0 {
		return ""
	}
	return " + " + nanos(f.Oversleep)
}

// shown are the partitions that the table of predictions has columns for.
var shown = []int64{4 << 10, 64 << 10, 1 << 20, 16 << 20}

func (r *Report) writePredictions(w io.Writer, load Workload) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "way\tpredicted\tat best with\thanding\tmoving\tworking\tlost\t")
	for _, size := range shown {
		if size <= load.Bytes {
			fmt.Fprintf(t, "%s\t", machine.FormatSize(size))
		}
	}
	fmt.Fprintln(t)
	for _, p := range r.Advice.Best {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t", p.Way, nanos(p.Total()), machine.FormatSize(p.Partition), nanos(p.Hand), nanos(p.Move), nanos(p.Work), nanos(p.Lost))
		for _, size := range shown {
			if size <= load.Bytes {
				fmt.Fprintf(t, "%s\t", nanos(Predict(r.Figures, load, p.Way, size).Total()))
			}
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush()
	fmt.Fprintln(w)
}

// Sentence is the advice in words.
func (r *Report) Sentence() string {
	text := ""
	for _, p := range r.Advice.Best {
		if p.Way == r.Advice.Way {
			text = fmt.Sprintf("%s, with partitions of %s (%s).", p.Way, machine.FormatSize(p.Partition), nanos(p.Total()))
		}
	}
	text += catchSentence("The engine", r.Advice.Catches) + catchSentence("Pipes", r.Advice.PipeNear)
	switch r.Advice.Way {
	case Single, Goroutines:
		text += " Take processes all the same where a crash must not take the service with it, or where other programs use the data."
	case Engine, CopyIn:
		text += " Goroutines are out: see what crashes would cost them in the table, or the time beside."
	}
	return text
}

func catchSentence(who string, from int64) string {
	if from == 0 {
		return fmt.Sprintf(" %s: at no size within 10 %% of goroutines.", who)
	}
	return fmt.Sprintf(" %s: within 10 %% of goroutines, or ahead of them, from partitions of %s on.", who, machine.FormatSize(from))
}

func (r *Report) writeChecked(w io.Writer) {
	fmt.Fprintf(w, "checked with: %s\n", r.Ran)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "way\tpartition\tpredicted\tmeasured\tx predicted\t\n")
	for _, c := range r.Checked {
		if c.Reason != "" {
			fmt.Fprintf(t, "%s\t%s\t%s\tnot run\t-\t\n", c.Way, machine.FormatSize(c.Partition), nanos(c.Total()))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.2f\t\n", c.Way, machine.FormatSize(c.Partition), nanos(c.Total()), nanos(c.Took), c.Took/c.Total())
	}
	_ = t.Flush()
	fmt.Fprintf(w, "medians of %d runs, behind one that does not count; every sum was right; what was predicted to take more than %s was not run\n\n", checkRuns, nanos(checkMost))
}

// measurements are the report as figures.
func (r *Report) measurements() (list []report.Measurement) {
	one := func(of, system, metric, unit string, value float64, n int) {
		if !math.IsInf(value, 0) && !math.IsNaN(value) { // JSON cannot say a time without end
			list = append(list, report.Measurement{Suite: Suite, Case: of, System: system, Metric: metric, Unit: unit, Value: value, N: n})
		}
	}
	f := r.Figures
	for _, m := range []struct {
		metric, unit string
		value        float64
	}{
		{"cpus", "1", float64(f.CPUs)}, {"speed", "1", f.Speed}, {"read1", "B/ns", f.Read1}, {"read_all", "B/ns", f.ReadAll},
		{"copy", "B/ns", f.Copy}, {"pipe_byte", "ns", f.PipeByte}, {"start", "ns", f.Start}, {"oversleep", "ns", f.Oversleep},
	} {
		one("machine", "machine", m.metric, m.unit, m.value, repeats)
	}
	for _, way := range Ways() {
		one("machine", way, "job_ns", "ns", f.Job[way], repeats)
		one("machine", way, "partition_ns", "ns", f.Task[way], repeats)
		if v, ok := f.Crash[way]; ok {
			one("machine", way, "crash_ns", "ns", v, 3)
		}
	}
	for _, p := range r.Advice.Best {
		one("predicted", p.Way, "ns", "ns", p.Total(), 1)
		one("predicted", p.Way, "partition_bytes", "B", float64(p.Partition), 1)
	}
	one("advice", r.Advice.Way, "take", "1", 1, 1)
	for _, c := range r.Checked {
		one("check", c.Way, "predicted_ns", "ns", c.Total(), 1)
		if c.Reason == "" {
			one("check", c.Way, "measured_ns", "ns", c.Took, checkRuns)
		}
	}
	return list
}

// nanos writes nanoseconds with three digits.
func nanos(v float64) string {
	switch {
	case v == 0:
		return "-"
	case v < 999.5:
		return fmt.Sprintf("%.3g ns", v)
	case v < 999.5e3:
		return fmt.Sprintf("%.3g us", v/1e3)
	case v < 999.5e6:
		return fmt.Sprintf("%.3g ms", v/1e6)
	case v < 3600e9:
		return fmt.Sprintf("%.3g s", v/1e9)
	case v < 1e6*3600e9:
		return fmt.Sprintf("%.3g h", v/3600e9)
	}
	return "no end"
}
