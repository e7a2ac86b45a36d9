package lock

import (
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
	"github.com/shmengine/shmengine/bench/suite"
)

// reading is how figures are read off samples.
var reading = suite.Reading[*sample]{Suite: Suite, Unit: unitOf, Value: (*sample).metric}

// figures returns what a case's samples say, system by system.
func figures(c contest, k *suite.Contest[*sample], all suite.Rounds[*sample]) (ms []report.Measurement) {
	for _, system := range k.Systems {
		for _, metric := range c.metrics {
			if metric == syscalls {
				continue // counted apart
			}
			m := reading.Measurement(k, system, metric)
			fill(&m, all)
			if paired(metric) {
				reading.SetRatio(&m, all)
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// paired reports whether the ratio of a metric is taken round by round. The
// extremes of a run are no such thing, nor is the size of a program.
func paired(metric string) bool { return metric != minShare && metric != maxNs && metric != ownerRSS }

// fill sets a measurement's value. Percentiles are those of all waits of all
// rounds, min_share is the least of all rounds, and the rest are medians.
func fill(m *report.Measurement, all suite.Rounds[*sample]) {
	series := reading.Series(all[m.System], m.Metric)
	switch m.Metric {
	case p50, p99, p999, maxNs:
		w := together(all[m.System])
		m.Value, m.N = w.metric(m.Metric), int(w.count())
	case minShare:
		m.Value, m.N = slices.Min(series), len(series)
	default:
		s := stats.Of(series)
		m.Value, m.N = s.Median, s.N
		m.SetInterval(s)
	}
}

// together returns all waits of some measurements.
func together(list []*sample) *waits {
	w := newWaits()
	for _, s := range list {
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
