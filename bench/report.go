package bench

import (
	"math"
	"slices"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/stats"
	"github.com/shmengine/shmengine/bench/systems"
)

// A Report is what a run found. All answers were right, or there would be
// none.
type Report struct {
	Meta    Meta
	Notes   []string        // what was left out, and what fell back
	Answer  *byhour.Partial // over the source's rows, each counted once
	Systems []SystemReport  // in the order of the lineup
	Calls   string          // which system calls were counted; "" if none
	// Goroutines is how fast the engine is beside goroutines, round by round.
	Goroutines stats.Summary
}

// A SystemReport is what one system did.
type SystemReport struct {
	Name     string
	Rows     int           // that one run worked on
	Warmups  int           // not counted in Reps
	Rate     stats.Summary // rows per second
	Ratio    stats.Summary // to the baseline's rate, round by round
	Counted  int           // runs that the kernel counted; 0 if it does not
	Copied   int64         // bytes a job
	Syscalls int64         // a job
	// UserCopied is the part of Copied that plain stores copied: the program
	// counts it, since the kernel does not see it.
	UserCopied int64
}

func newReport(r *run, answer *byhour.Partial) *Report {
	report := &Report{Meta: r.meta, Notes: r.line.notes, Answer: answer}
	rates := map[string][]float64{}
	for _, e := range r.line.entries {
		rates[e.sys.Name()] = e.rates()
	}
	base := rates[baseline]
	for _, e := range r.line.entries {
		s := SystemReport{Name: e.sys.Name(), Rows: e.rows, Warmups: e.warmups}
		s.Rate = stats.Of(slices.DeleteFunc(slices.Clone(rates[s.Name]), math.IsNaN))
		if base != nil {
			s.Ratio = stats.Ratio(rates[s.Name], base)
		}
		report.Systems = append(report.Systems, s)
	}
	report.Goroutines = stats.Ratio(rates[systems.Engine], rates[systems.Goroutines])
	return report
}

// rates returns rows per second, by round.
func (e *entry) rates() []float64 {
	rates := make([]float64, len(e.seconds))
	for i, s := range e.seconds {
		rates[i] = float64(e.rows) / s
	}
	return rates
}

// system returns what a system did; ok is false if it was left out.
func (r *Report) system(name string) (s *SystemReport, ok bool) {
	for i := range r.Systems {
		if r.Systems[i].Name == name {
			return &r.Systems[i], true
		}
	}
	return nil, false
}

// speeds returns the measurements of all systems' rates.
func (r *Report) speeds() (ms []Measurement) {
	for i := range r.Systems {
		s := &r.Systems[i]
		m := measurement(s, "rows_per_s", "rows/s", s.Rate.Median, s.Rate.N)
		m.SetInterval(s.Rate)
		m.SetRatio(s.Ratio)
		b := m
		b.Metric, b.Unit = "bytes_per_s", "B/s"
		b.Value, b.Lo, b.Hi = m.Value*flights.RowBytes, bytes(m.Lo), bytes(m.Hi)
		ms = append(ms, m, b)
	}
	return ms
}

func bytes(rows *float64) *float64 {
	if rows == nil {
		return nil
	}
	v := *rows * flights.RowBytes
	return &v
}

// costs returns the measurements of what a job of one system copies and calls.
// The ratio is there if the baseline, on as many rows, was counted already.
func (r *Report) costs(s *SystemReport) []Measurement {
	copied := measurement(s, "copied_bytes", "B", float64(s.Copied), s.Counted)
	calls := measurement(s, "syscalls", "calls", float64(s.Syscalls), s.Counted)
	if b, ok := r.system(baseline); ok && b.Counted > 0 && b.Rows == s.Rows {
		copied.Ratio = report.Finite(copied.Value / float64(b.Copied))
		calls.Ratio = report.Finite(calls.Value / float64(b.Syscalls))
	}
	return []Measurement{copied, calls}
}

func measurement(s *SystemReport, metric, unit string, value float64, n int) Measurement {
	return Measurement{Suite: Suite, Case: Case, System: s.Name, Metric: metric, Value: value, Unit: unit, N: n, Baseline: baseline}
}
