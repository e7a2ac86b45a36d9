package suite

import (
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// A Reading is how a suite's figures are read off its measurements.
type Reading[T any] struct {
	Suite string
	Unit  func(metric string) string
	Value func(m T, metric string) float64
}

// Measurement is a figure of a case with everything but its value.
func (r Reading[T]) Measurement(c *Contest[T], system, metric string) report.Measurement {
	return report.Measurement{
		Suite: r.Suite, Case: c.Name, System: system, Metric: metric, Unit: r.Unit(metric), Baseline: c.Baseline,
	}
}

// Medians returns, system by system, the median of each metric over the rounds, and
// its ratio to the baseline's round by round, but of those metrics that are unpaired.
func (r Reading[T]) Medians(c *Contest[T], all Rounds[T], metrics []string, unpaired ...string) (ms []report.Measurement) {
	for _, system := range c.Systems {
		for _, metric := range metrics {
			m := r.Measurement(c, system, metric)
			s := stats.Of(r.Series(all[system], metric))
			m.Value, m.N = s.Median, s.N
			m.SetInterval(s)
			if !slices.Contains(unpaired, metric) {
				r.SetRatio(&m, all)
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// Series returns a metric by round.
func (r Reading[T]) Series(rounds []T, metric string) (values []float64) {
	for _, m := range rounds {
		values = append(values, r.Value(m, metric))
	}
	return values
}

// SetRatio sets the ratio of a figure to its baseline's, if there is one, round by round.
func (r Reading[T]) SetRatio(m *report.Measurement, all Rounds[T]) {
	if m.Baseline != "" {
		m.SetRatio(stats.Ratio(r.Series(all[m.System], m.Metric), r.Series(all[m.Baseline], m.Metric)))
	}
}

// First returns the first of some systems that takes part; "" if none does.
func First(of, systems []string) string {
	for _, s := range of {
		if slices.Contains(systems, s) {
			return s
		}
	}
	return ""
}

// Narrow returns those of some systems that are in a list; an empty one is all.
func Narrow(systems, only []string) (list []string) {
	for _, s := range systems {
		if len(only) == 0 || slices.Contains(only, s) {
			list = append(list, s)
		}
	}
	return list
}
