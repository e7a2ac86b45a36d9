package main

import (
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

const suite = "rivals"

// Metrics.
const (
	p50       = "p50_ns"
	p99       = "p99_ns"
	msgsPerS  = "msgs_per_s"
	bytesPerS = "bytes_per_s"
)

// baseline is the system that ratios are to.
const baseline = "conn"

// A contest is one case of the suite.
type contest struct {
	name, what string
	kind       uint64
	size       int
}

var contests = []contest{
	{"roundtrip/64B", "a message and its answer, one at a time", echo, 64},
	{"stream/4KiB", "messages one way, as fast as they go", oneWay, 4 << 10},
	{"stream/64KiB", "messages one way, as fast as they go", oneWay, 64 << 10},
}

// A field is the systems that take part.
type field struct {
	names   []string
	couples map[string]*couple
}

// measure runs a contest, reps rounds of about a window for each system.
func (f *field) measure(c contest, reps int, window time.Duration) (report.Case, error) {
	out := report.Case{
		Name: c.name, What: c.what, Work: "about " + window.String(), Baseline: baseline, Rounds: reps, Warmups: 1,
	}
	values := map[string]map[string][]float64{} // by metric and system
	n := map[string]int{}
	for _, name := range f.names {
		var err error
		if n[name], err = c.enough(f.couples[name], window); err != nil {
			return out, fmt.Errorf("%s: %s: %w", c.name, name, err)
		}
	}
	for range reps {
		for _, name := range f.names {
			r, err := f.couples[name].do(job{c.kind, c.size, n[name]})
			if err != nil {
				return out, fmt.Errorf("%s: %s: %w", c.name, name, err)
			}
			for metric, v := range c.values(r, n[name]) {
				if values[metric] == nil {
					values[metric] = map[string][]float64{}
				}
				values[metric][name] = append(values[metric][name], v)
			}
		}
	}
	for _, metric := range c.metrics() {
		for _, name := range f.names {
			out.Figures = append(out.Figures, c.figure(metric, name, values[metric]))
		}
	}
	return out, nil
}

// enough finds how many messages take a window, and warms the system up.
func (c contest) enough(p *couple, window time.Duration) (int, error) {
	const first, least = 500, 20
	r, err := p.do(job{c.kind, c.size, first})
	if err != nil {
		return 0, err
	}
	return max(least, int(first*window.Nanoseconds()/max(r.NS, 1))), nil
}

func (c contest) metrics() []string {
	if c.kind == echo {
		return []string{p50, p99}
	}
	return []string{bytesPerS, msgsPerS}
}

func (c contest) values(r result, n int) map[string]float64 {
	if c.kind == echo {
		return map[string]float64{p50: float64(r.P50), p99: float64(r.P99)}
	}
	rate := float64(n) / (float64(r.NS) / 1e9)
	return map[string]float64{msgsPerS: rate, bytesPerS: rate * float64(c.size)}
}

var units = map[string]string{p50: "ns", p99: "ns", msgsPerS: "1/s", bytesPerS: "B/s"}

func (c contest) figure(metric, system string, values map[string][]float64) report.Measurement {
	s := stats.Of(values[system])
	m := report.Measurement{
		Suite: suite, Case: c.name, System: system, Metric: metric, Value: s.Median, Unit: units[metric], N: s.N, Baseline: baseline,
	}
	m.SetInterval(s)
	if metric == c.metrics()[0] {
		m.SetRatio(stats.Ratio(values[system], values[baseline]))
	}
	return m
}

var style = report.Style{
	Titles: map[string]string{p50: "p50 ns", p99: "p99 ns", msgsPerS: "msgs/s", bytesPerS: "B/s"},
	Value: func(m report.Measurement) string {
		if m.Metric == p50 || m.Metric == p99 {
			return report.Number(m.Value)
		}
		return report.Count(m.Value)
	},
	More: func(metric string) bool { return metric == msgsPerS || metric == bytesPerS },
}
