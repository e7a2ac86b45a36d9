package alloc

import (
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// rounds are a case's samples, by system and round.
type rounds map[string][]*sample

// figures returns what a case's samples say, system by system: medians, and ratios to
// the baseline round by round.
func (all rounds) figures(c contest) (ms []report.Measurement) {
	base := c.baseline()
	for _, system := range c.systems {
		for _, metric := range metrics {
			m := report.Measurement{Suite: Suite, Case: c.name, System: system, Metric: metric, Unit: unitOf(metric), Baseline: base}
			series := all.series(system, metric)
			s := stats.Of(series)
			m.Value, m.N = s.Median, s.N
			m.SetInterval(s)
			if base != "" {
				m.SetRatio(stats.Ratio(series, all.series(base, metric)))
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// series returns a metric by round.
func (all rounds) series(system, metric string) (values []float64) {
	for _, s := range all[system] {
		v := float64(s.ops) / s.took
		if metric == nsPerOp {
			v = 1e9 / v
		}
		values = append(values, v)
	}
	return values
}
