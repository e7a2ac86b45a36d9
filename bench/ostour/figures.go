package ostour

import (
	"math"
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
)

// rounds are a case's outcomes, by system and round.
type rounds map[string][]outcome

// series returns the median of each round.
func (all rounds) series(name string) (list []float64) {
	for _, o := range all[name] {
		list = append(list, percentile(o.Values, 0.5))
	}
	return list
}

// values returns those of all rounds.
func (all rounds) values(name string) (list []float64) {
	for _, o := range all[name] {
		list = append(list, o.Values...)
	}
	return list
}

// system is the kernel's share of the time of all rounds.
func (all rounds) system(name string) float64 {
	sum := 0.0
	for _, o := range all[name] {
		sum += o.System
	}
	return sum / float64(len(all[name]))
}

// percentile is the least value that so large a share of the values does not exceed.
func percentile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// figures returns the figures of a case, the first of the systems being the baseline. The
// interval of a median is that of the rounds' medians, and so is that of the ratio.
func (all rounds) figures(name string, systems []string) (list []report.Measurement) {
	for _, system := range systems {
		values := all.values(system)
		one := func(metric, unit string, value float64) report.Measurement {
			return report.Measurement{
				Suite: Suite, Case: name, System: system, Metric: metric, Unit: unit, Value: value, N: len(values), Baseline: systems[0],
			}
		}
		p50 := one("p50_ns", "ns", percentile(values, 0.5))
		p50.SetInterval(stats.Of(all.series(system)))
		p50.SetRatio(stats.Ratio(all.series(system), all.series(systems[0])))
		list = append(list, p50, one("p99_ns", "ns", percentile(values, 0.99)))
		if s := stats.Of(values).Spread; !math.IsNaN(s) {
			list = append(list, one("spread", "1", s))
		}
		if s := all.system(system); s > 0 || name == "usage" {
			list = append(list, one("system_share", "1", s))
		}
	}
	return list
}

// curve returns the points of the TLB's curve that were measured.
func (r *Report) curve() (list []point) {
	for _, n := range tlbPages {
		c := r.Case(tlb + itoa(n))
		if c == nil {
			continue
		}
		one := point{pages: n}
		var ok bool
		if one.small, ok = c.value(small); !ok {
			continue
		}
		if one.dense, ok = c.value(dense); !ok {
			continue
		}
		one.huge, _ = c.value(huge)
		list = append(list, one)
	}
	return list
}

func kneeFigures(list []knee) (ms []report.Measurement) {
	for i, k := range list {
		ms = append(ms, report.Measurement{
			Suite: Suite, Case: tlb + "knee-" + itoa(i+1), System: small, Metric: "pages", Unit: "1", Value: float64(k.pages), N: 1,
		})
	}
	return ms
}
