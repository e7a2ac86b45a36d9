package lock

import (
	"math"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// rounds are a case's samples, by system and round.
type rounds map[string][]*sample

// figures returns what a case's samples say, system by system.
func (all rounds) figures(c contest) (ms []report.Measurement) {
	base := baselineOf(c.systems)
	for _, system := range c.systems {
		for _, metric := range c.metrics {
			if metric == syscalls {
				continue // counted apart
			}
			m := measurement(c, system, metric)
			all.fill(&m)
			if base != "" && paired(metric) {
				m.SetRatio(stats.Ratio(all.series(system, metric), all.series(base, metric)))
			}
			ms = append(ms, m)
		}
	}
	return ms
}

func measurement(c contest, system, metric string) report.Measurement {
	return report.Measurement{
		Suite: Suite, Case: c.name, System: system, Metric: metric, Unit: unitOf(metric), Baseline: baselineOf(c.systems),
	}
}

// paired reports whether the ratio of a metric is taken round by round. The
// extremes of a run are no such thing, nor is the size of a program.
func paired(metric string) bool { return metric != minShare && metric != maxNs && metric != ownerRSS }

// fill sets a measurement's value. Percentiles are those of all waits of all
// rounds, min_share is the least of all rounds, and the rest are medians.
func (all rounds) fill(m *report.Measurement) {
	series := all.series(m.System, m.Metric)
	switch m.Metric {
	case p50, p99, p999, maxNs:
		w := all.waits(m.System)
		m.Value, m.N = w.metric(m.Metric), int(w.count())
	case minShare:
		m.Value, m.N = math.Inf(1), len(series)
		for _, v := range series {
			m.Value = min(m.Value, v)
		}
	default:
		s := stats.Of(series)
		m.Value, m.N = s.Median, s.N
		m.SetInterval(s)
	}
}

// series returns a metric by round.
func (all rounds) series(system, metric string) (values []float64) {
	for _, s := range all[system] {
		values = append(values, s.metric(metric))
	}
	return values
}

// waits returns all waits of a system.
func (all rounds) waits(system string) *waits {
	w := newWaits()
	for _, s := range all[system] {
		w.merge(s.waits)
	}
	return w
}

// metric returns what one measurement says of a metric.
func (s *sample) metric(metric string) float64 {
	switch metric {
	case nsPerOp:
		return s.took * 1e9 / float64(s.ops)
	case opsPerS:
		return float64(s.ops) / s.took
	case minShare:
		return s.share
	case ownerRSS:
		return s.rss
	}
	return s.waits.metric(metric)
}

func (w *waits) metric(metric string) float64 {
	switch metric {
	case p50:
		return w.at(50)
	case p99:
		return w.at(99)
	case p999:
		return w.at(99.9)
	}
	return float64(w.max)
}
