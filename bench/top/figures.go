package top

import (
	"strconv"

	"github.com/shmengine/shmengine/bench/report"
)

// A column is one of the figures.
type column struct {
	metric, unit, title string
	of                  func(*Rates) *float64
	what                string // one sentence for people
}

// columns are in the order of the report.
var columns = []column{
	{"rows_per_s", "1/s", "rows/s", func(r *Rates) *float64 { return &r.Rows }, "rows of the partitions done"},
	{"bytes_per_s", "B/s", "bytes/s", func(r *Rates) *float64 { return &r.Bytes }, "bytes of columns in those rows, and of arguments and results of tasks"},
	{"partitions_per_s", "1/s", "parts/s", func(r *Rates) *float64 { return &r.Partitions }, "partitions of jobs done"},
	{"tasks_per_s", "1/s", "tasks/s", func(r *Rates) *float64 { return &r.Tasks }, "tasks done"},
	{"cpu", "1", "cpu", func(r *Rates) *float64 { return &r.CPU }, "share of a CPU that the process used, looking for work included"},
	{"delay", "1", "delay", func(r *Rates) *float64 { return &r.Delay }, "share of the time that its threads could have run and had no CPU"},
	{"parked", "1", "parked", func(r *Rates) *float64 { return &r.Parked }, "share of the time that it slept for want of work; counted when the wait ends"},
	{"spinning", "1", "spin", func(r *Rates) *float64 { return &r.Spinning }, "share of the time that it looked for work before it slept"},
	{"waits_per_s", "1/s", "waits/s", func(r *Rates) *float64 { return &r.Waits }, "times that there was nothing to do, for more than a moment"},
	{"minor_faults_per_s", "1/s", "minflt/s", func(r *Rates) *float64 { return &r.MinorFaults }, "first touches of pages that needed no disk"},
	{"major_faults_per_s", "1/s", "majflt/s", func(r *Rates) *float64 { return &r.MajorFaults }, "touches of pages that had to be read from a disk"},
	{"voluntary_switches_per_s", "1/s", "vcsw/s", func(r *Rates) *float64 { return &r.Voluntary }, "context switches because a thread had to wait"},
	{"involuntary_switches_per_s", "1/s", "ivcsw/s", func(r *Rates) *float64 { return &r.Involuntary }, "context switches because another thread was to run"},
	{"rss_bytes", "B", "RSS", func(r *Rates) *float64 { return &r.RSS }, "in memory; what several processes share counts for each of them"},
	{"pss_bytes", "B", "PSS", func(r *Rates) *float64 { return &r.PSS }, "the same, with each shared page divided by those who share it"},
	{"private_bytes", "B", "private", func(r *Rates) *float64 { return &r.Private }, "in memory and in no file: heap and stacks"},
	{"vsz_bytes", "B", "VSZ", func(r *Rates) *float64 { return &r.VSZ }, "address space; the arena's reserved size is in it"},
	{"retries_per_s", "1/s", "retries/s", func(r *Rates) *float64 { return &r.Retries }, "partitions and tasks begun again that were another's, who died"},
	{"failures_per_s", "1/s", "fails/s", func(r *Rates) *float64 { return &r.Failures }, "partitions and tasks that ended in an error or a panic"},
}

// Measurements returns all figures of a frame.
func (f *Frame) Measurements() (ms []report.Measurement) {
	one := func(c, metric, unit string, v float64) {
		ms = append(ms, report.Measurement{Suite: Suite, Case: c, System: "engine", Metric: metric, Unit: unit, Value: v, N: 1})
	}
	of := func(c string, r *Rates) {
		for _, col := range columns {
			one(c, col.metric, col.unit, *col.of(r))
		}
	}
	for i := range f.Rates {
		c := "worker/" + strconv.Itoa(f.Workers[i].Worker)
		one(c, "pid", "1", float64(f.Workers[i].Usage.PID))
		one(c, "running", "1", truth(f.Workers[i].State == "running"))
		of(c, &f.Rates[i])
	}
	of("workers", &f.Total)
	of("coordinator", &f.Console)
	for _, n := range []struct {
		metric string
		v      uint64
	}{
		{"jobs", f.Jobs}, {"partitions", f.Partitions}, {"tasks", f.Tasks}, {"rows", f.Rows}, {"failures", f.Failures},
		{"retries", f.Retries}, {"deaths", f.Deaths}, {"restarts", f.Restarts},
	} {
		one("engine", n.metric, "1", float64(n.v))
	}
	one("engine", "bytes", "B", float64(f.Bytes))
	one("engine", "copied_bytes", "B", float64(f.Copied))
	one("engine", "span", "s", f.Span.Seconds())
	return ms
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
