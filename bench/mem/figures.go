package mem

import (
	"strconv"

	"github.com/shmengine/shmengine/bench/report"
)

// A figure of one process.
type figure struct {
	metric, unit, title string
	of                  func(*Usage) uint64
	kind                kind
	what                string // one sentence for people
}

type kind int

const (
	size  kind = iota // that is read once, and whose growth is of interest
	fixed             // that is read once
	count             // of which the rate is of interest
)

// figures are in the order of the report.
var figures = []figure{
	{"vsz_bytes", "B", "VSZ", func(u *Usage) uint64 { return u.VSZ }, size, "address space that the process has asked for; most of it may never be touched"},
	{"rss_bytes", "B", "RSS", func(u *Usage) uint64 { return u.RSS }, size, "what of it is in memory; what several processes share counts for each of them"},
	{"pss_bytes", "B", "PSS", func(u *Usage) uint64 { return u.PSS }, size, "the same, with each shared page divided by those who share it: sums over processes are true"},
	{"uss_bytes", "B", "USS", func(u *Usage) uint64 { return u.USS }, size, "in memory for this process alone (private, clean and dirty): what its end would free"},
	{"shared_bytes", "B", "shared", func(u *Usage) uint64 { return u.Shared }, size, "in memory, and mapped by others too"},
	{"swap_bytes", "B", "swap", func(u *Usage) uint64 { return u.Swap }, size, "moved to a disk to make room"},
	{"anonymous_bytes", "B", "anon", func(u *Usage) uint64 { return u.Anonymous }, size, "in memory and in no file: heap, stacks, and what was copied on write"},
	{"copied_bytes", "B", "copied", func(u *Usage) uint64 { return u.Copied }, size, "copied on write: pages of privately mapped files that were written to"},
	{"heap_bytes", "B", "heap", func(u *Usage) uint64 { return u.Heap }, size, "in memory of private writable mappings without a file: malloc, the area of brk, Go's heap and goroutines' stacks"},
	{"heap_size_bytes", "B", "heap size", func(u *Usage) uint64 { return u.HeapSize }, size, "the address space of the heap"},
	{"stack_bytes", "B", "stack", func(u *Usage) uint64 { return u.Stack }, size, "in memory of the first thread's stack"},
	{"stack_size_bytes", "B", "stack size", func(u *Usage) uint64 { return u.StackSize }, size, "how far the kernel has let that stack grow"},
	{"threads", "1", "threads", func(u *Usage) uint64 { return uint64(u.Threads) }, fixed, "threads of the process"},
	{"minor_faults", "1", "minor faults", func(u *Usage) uint64 { return u.MinorFaults }, count, "first touches and copies of pages that needed no disk, since it began"},
	{"major_faults", "1", "major faults", func(u *Usage) uint64 { return u.MajorFaults }, count, "touches of pages that had to be read from a disk"},
	{"voluntary_switches", "1", "waits", func(u *Usage) uint64 { return u.Voluntary }, count, "context switches because a thread had to wait; of the threads that live now"},
	{"involuntary_switches", "1", "preempted", func(u *Usage) uint64 { return u.Involuntary }, count, "context switches because another thread was to run"},
}

// summed are the figures that are summed over processes: of RSS to show what is counted
// more than once.
var summed = []string{"rss_bytes", "pss_bytes", "uss_bytes", "swap_bytes"}

// A Report is what Run found.
type Report struct {
	Meta   Meta
	Looks  []Look
	System *System // nil if it was not asked for
}

// Sum returns the sum of a metric over all processes.
func (r *Report) Sum(metric string) (sum uint64) {
	for _, f := range figures {
		for i := range r.Looks {
			if f.metric == metric {
				sum += f.of(&r.Looks[i].Usage)
			}
		}
	}
	return sum
}

// Measurements returns all figures.
func (r *Report) Measurements() (ms []report.Measurement) {
	for i := range r.Looks {
		ms = append(ms, r.Looks[i].measurements()...)
	}
	if len(r.Looks) > 1 {
		for _, metric := range summed {
			ms = append(ms, one("sum", "all", metric, "B", float64(r.Sum(metric))))
		}
		ms = append(ms, one("sum", "all", "counted_again_bytes", "B", float64(r.Sum("rss_bytes"))-float64(r.Sum("pss_bytes"))))
	}
	if r.System == nil {
		return ms
	}
	for _, f := range systemFigures {
		if v, ok := r.System.Value[f.metric]; ok {
			ms = append(ms, one("system", "linux", f.metric, f.unit, v))
		}
	}
	return ms
}

func one(c, system, metric, unit string, v float64) report.Measurement {
	return report.Measurement{Suite: Suite, Case: c, System: system, Metric: metric, Unit: unit, Value: v, N: 1}
}

func (l *Look) measurements() (ms []report.Measurement) {
	c := "pid/" + strconv.Itoa(l.PID)
	for _, f := range figures {
		ms = append(ms, one(c, l.Name, f.metric, f.unit, float64(f.of(&l.Usage))))
		if l.Before == nil {
			continue
		}
		switch f.kind {
		case size:
			ms = append(ms, one(c, l.Name, f.metric+"_grown", f.unit, l.grown(f.of)))
		case count:
			ms = append(ms, one(c, l.Name, f.metric+"_per_s", "1/s", l.rate(f.of)))
		}
	}
	return ms
}

// A MapLine is one mapping as a line of JSON.
type MapLine struct {
	Suite     string `json:"suite"`
	Case      string `json:"case"`
	System    string `json:"system"`
	From      string `json:"from"`
	To        string `json:"to"`
	Perms     string `json:"perms"`
	Name      string `json:"name"`
	Offset    uint64 `json:"offset"`
	Size      uint64 `json:"size_bytes"`
	RSS       uint64 `json:"rss_bytes"`
	PSS       uint64 `json:"pss_bytes"`
	Written   uint64 `json:"dirty_bytes"`
	Anonymous uint64 `json:"anonymous_bytes"`
	Swap      uint64 `json:"swap_bytes"`
	Huge      uint64 `json:"huge_bytes"`
	Locked    uint64 `json:"locked_bytes"`
}

// MapLines returns the mappings of all processes, if they were asked for.
func (r *Report) MapLines() (lines []MapLine) {
	if !r.Meta.Settings.Maps {
		return nil
	}
	hex := func(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }
	for _, l := range r.Looks {
		for _, m := range l.maps {
			lines = append(lines, MapLine{
				Suite, "map/" + strconv.Itoa(l.PID), l.Name, hex(m.From), hex(m.To), m.Perms, m.Name, m.Offset,
				m.Size(), m.RSS, m.PSS, m.Written, m.Anonymous, m.Swap, m.Huge, m.Locked,
			})
		}
	}
	return lines
}
