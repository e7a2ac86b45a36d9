package report

import (
	"math"
	"time"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/stats"
)

// SchemaVersion is the version of Meta and Measurement as JSON.
const SchemaVersion = 1

// Meta is what the figures of a suite have to be read with; S are the suite's
// settings.
type Meta[S any] struct {
	Schema   int           `json:"schema"`
	Suite    string        `json:"suite"`
	Time     time.Time     `json:"time"`
	Commit   string        `json:"commit"`
	Machine  machine.Facts `json:"machine"`
	Settings S             `json:"settings"`
}

// NewMeta returns what is known of this machine and program.
func NewMeta[S any](suite string, settings S) Meta[S] {
	facts := machine.Describe()
	return Meta[S]{
		Schema: SchemaVersion, Suite: suite, Time: time.Now().UTC().Truncate(time.Second),
		Commit: facts.Commit, Machine: facts, Settings: settings,
	}
}

// A Measurement is one figure.
type Measurement struct {
	Suite    string   `json:"suite"`
	Case     string   `json:"case"`
	System   string   `json:"system"`
	Metric   string   `json:"metric"`
	Value    float64  `json:"value"`
	Unit     string   `json:"unit"`
	N        int      `json:"n"`
	Ratio    *float64 `json:"ratio"` // to the baseline; null where there is none
	Baseline string   `json:"baseline"`
	Lo       *float64 `json:"lo,omitempty"` // 95 % interval of the value
	Hi       *float64 `json:"hi,omitempty"`
	RatioLo  *float64 `json:"ratio_lo,omitempty"` // and of the ratio
	RatioHi  *float64 `json:"ratio_hi,omitempty"`
}

// SetInterval sets the interval of the value, if s has one.
func (m *Measurement) SetInterval(s stats.Summary) {
	if lo, hi, ok := s.Interval(); ok {
		m.Lo, m.Hi = &lo, &hi
	}
}

// SetRatio sets the ratio to the baseline, and its interval if s has one.
func (m *Measurement) SetRatio(s stats.Summary) {
	m.Ratio = Finite(s.Median)
	if lo, hi, ok := s.Interval(); ok {
		m.RatioLo, m.RatioHi = &lo, &hi
	}
}

// Finite returns v, or nil for what JSON cannot say.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
