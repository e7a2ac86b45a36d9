package ring

import (
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// rounds are a case's samples, by system and round.
type rounds map[string][]*sample

// figures returns what a case's samples say, system by system: medians, and ratios to the
// baseline round by round.
func (all rounds) figures(c contest) (ms []report.Measurement) {
	base := c.baseline()
	for _, system := range c.systems {
		for _, metric := range c.metrics() {
			m := report.Measurement{Suite: Suite, Case: c.name, System: system, Metric: metric, Unit: unitOf(metric), Baseline: base}
			series := all.series(c, system, metric)
			s := stats.Of(series)
			m.Value, m.N = s.Median, s.N
			m.SetInterval(s)
			if base != "" && metric != switches {
				m.SetRatio(stats.Ratio(series, all.series(c, base, metric)))
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// series returns a metric by round.
func (all rounds) series(c contest, system, metric string) (values []float64) {
	for _, s := range all[system] {
		values = append(values, s.value(c, metric))
	}
	return values
}

func (s *sample) value(c contest, metric string) float64 {
	switch metric {
	case p50:
		return float64(s.trips.ValueAtPercentile(50))
	case p99:
		return float64(s.trips.ValueAtPercentile(99))
	case bytesPerS:
		return float64(s.msgs) * float64(c.bytes) / s.took
	case switches:
		return float64(s.forced)
	}
	return float64(s.msgs) / s.took
}
