package alloc

import "github.com/shmengine/shmengine/bench/suite"

// reading is how figures are read off samples.
var reading = suite.Reading[*sample]{Suite: Suite, Unit: unitOf, Value: (*sample).value}

func (s *sample) value(metric string) float64 {
	perSecond := float64(s.ops) / s.took
	if metric == nsPerOp {
		return 1e9 / perSecond
	}
	return perSecond
}
