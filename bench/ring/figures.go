package ring

import "github.com/shmengine/shmengine/bench/suite"

// reading is how a case's figures are read off its samples.
func (c contest) reading() suite.Reading[*sample] {
	return suite.Reading[*sample]{
		Suite: Suite, Unit: unitOf, Value: func(s *sample, metric string) float64 { return s.value(c, metric) },
	}
}

func (s *sample) value(c contest, metric string) float64 {
	switch metric {
	case p50:
		return float64(s.trips.ValueAtPercentile(50))
	case p99:
		return float64(s.trips.ValueAtPercentile(99))
	case p999:
		return float64(s.trips.ValueAtPercentile(99.9))
	case worst:
		return float64(s.trips.Max())
	case rateShare:
		return float64(s.msgs) / s.took / float64(c.rate())
	case bytesPerS:
		return float64(s.msgs) * float64(c.bytes) / s.took
	case switches:
		return float64(s.forced)
	}
	return float64(s.msgs) / s.took
}
