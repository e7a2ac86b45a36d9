package top

import (
	"time"

	"github.com/shmengine/shmengine/engine"
)

// A Frame is an engine at the end of an interval, and what it did in it.
type Frame struct {
	engine.Snapshot
	Span    time.Duration
	Rates   []Rates // of each worker
	Total   Rates   // of all workers together
	Console Rates   // of the coordinator: what the kernel counts, and what it did itself by Config.Help
}

// Rates are what a process did in a second of the interval, and what it has. A worker
// that was replaced meanwhile has no rates of what the kernel counts.
type Rates struct {
	Rows, Bytes, Partitions, Tasks, Waits, Retries, Failures float64

	CPU      float64 // of one
	Delay    float64 // share of the time that it could have run and had no CPU
	Parked   float64 // share of the time that it slept for want of work
	Spinning float64 // share that it looked for work before it slept

	MinorFaults, MajorFaults, Voluntary, Involuntary float64

	RSS, PSS, Private, VSZ float64 // bytes, now
}

// newFrame compares two looks.
func newFrame(before, now engine.Snapshot) *Frame {
	f := &Frame{Snapshot: now, Span: max(now.At.Sub(before.At), 1)}
	seconds := f.Span.Seconds()
	for i := range now.Workers {
		var old engine.WorkerStats
		if i < len(before.Workers) {
			old = before.Workers[i]
		}
		r := worked(&old, &now.Workers[i], seconds)
		r.use(&old.Usage, &now.Workers[i].Usage, seconds)
		f.Rates = append(f.Rates, r)
		f.Total.add(&r)
	}
	f.Console = worked(&before.Helper, &now.Helper, seconds)
	f.Console.use(&before.Coordinator, &now.Coordinator, seconds)
	return f
}

// worked is what a worker has counted.
func worked(old, now *engine.WorkerStats, seconds float64) Rates {
	r := Rates{
		Rows: rate(old.Rows, now.Rows, seconds), Bytes: rate(old.Bytes, now.Bytes, seconds),
		Partitions: rate(old.Partitions, now.Partitions, seconds), Tasks: rate(old.Tasks, now.Tasks, seconds),
		Waits: rate(old.Waits, now.Waits, seconds), Retries: rate(old.Retries, now.Retries, seconds),
		Failures: rate(old.Failures, now.Failures, seconds),
		// Waits that end in the interval may have begun before it.
		Parked: min(1, share(old.Parked, now.Parked, seconds)), Spinning: min(1, share(old.Spun, now.Spun, seconds)),
	}
	// A wait is counted when it ends. Who rested all the time was in one.
	if old.State == engine.WorkerResting && now.State == engine.WorkerResting && old.Waits == now.Waits {
		r.Parked = 1
	}
	return r
}

// use adds what the kernel counts, if it is the same process.
func (r *Rates) use(old, now *engine.Usage, seconds float64) {
	r.RSS, r.PSS, r.Private, r.VSZ = float64(now.RSS), float64(now.PSS), float64(now.Private), float64(now.VSZ)
	if old.PID != now.PID || old.Start != now.Start || now.PID == 0 {
		return
	}
	r.CPU, r.Delay = share(old.CPU, now.CPU, seconds), share(old.Delay, now.Delay, seconds)
	r.MinorFaults, r.MajorFaults = rate(old.MinorFaults, now.MinorFaults, seconds), rate(old.MajorFaults, now.MajorFaults, seconds)
	r.Voluntary, r.Involuntary = rate(old.Voluntary, now.Voluntary, seconds), rate(old.Involuntary, now.Involuntary, seconds)
}

// add adds another's rates; shares add up to as many as there are workers.
func (r *Rates) add(o *Rates) {
	for i := range columns {
		*columns[i].of(r) += *columns[i].of(o)
	}
}

// rate is how often in a second a count was stepped. One that went back was written by
// somebody else, or lost threads: that is no rate.
func rate(old, now uint64, seconds float64) float64 {
	if now < old {
		return 0
	}
	return float64(now-old) / seconds
}

// share is what part of the time something took.
func share(old, now time.Duration, seconds float64) float64 {
	return max(0, float64(now)-float64(old)) / 1e9 / seconds
}
