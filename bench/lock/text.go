package lock

import (
	"fmt"
	"io"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
)

// Write prints the figures, case by case, and what they were measured on.
func (r *Report) Write(w io.Writer) error {
	for i := range r.Cases {
		if err := r.Cases[i].Write(w, style); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	s := r.Meta.Settings
	fmt.Fprintf(w, "an operation is a lock and an unlock, with one addition to a counter beside the lock between them (a round, for a barrier);\n"+
		"ns/op is time by the operations of all processes, think time with it; min share is the least process's, of an equal one, in any round\n")
	fmt.Fprintf(w, "every operation, wake and death was counted and compared; ratios are taken round by round, intervals are of 95 %%\n")
	fmt.Fprintf(w, "pinned: to CPUs %s, process by process; %s is one process on the same CPUs\n", report.List(s.CPUs), Sync)
	fmt.Fprintf(w, "think time: %s\n", s.thinking())
	fmt.Fprintf(w, "spin: %s up to %d µs before it sleeps; %s as package sync does; %s, where processes contend, as glibc's adaptive type does; the others not at all\n", Futex, s.SpinNS/1000, Sync, Pthread)
	if s.Twin != "" {
		fmt.Fprintf(w, "C: %s; its locks are calls into the C library, and that is part of what they cost\n", s.Twin)
	}
	if r.Calls != "" {
		fmt.Fprintln(w, "calls: "+r.Calls+", in measurements that were not timed")
	}
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note:", n)
	}
	_, err := fmt.Fprintln(w, r.Meta.Machine)
	return err
}

var style = report.Style{Titles: titles, Value: value, More: func(metric string) bool { return metric == opsPerS }}

var titles = map[string]string{
	nsPerOp: "ns/op", opsPerS: "ops/s", minShare: "min share", p50: "p50", p99: "p99", p999: "p99.9", maxNs: "max", syscalls: "calls/op", ownerRSS: "owner's memory",
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
