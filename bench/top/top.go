package top

import (
	"context"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine"
)

// Suite is the name of this suite in reports.
const Suite = "top"

// Options say what to look at.
type Options struct {
	// Name is the engine's Config.Name.
	Name string
	// Interval is between two looks.
	Interval time.Duration
	// Frames is how many intervals there are; 0 means until the context or the engine ends.
	Frames int
	// Begin gets what is known before the first interval.
	Begin func(Meta)
}

const (
	minInterval = 10 * time.Millisecond
	maxInterval = time.Hour
)

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options.
type Settings struct {
	Name     string  `json:"name"`
	Interval float64 `json:"interval_s"`
	Frames   int     `json:"frames"`
	Workers  int     `json:"workers"`
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	switch {
	case o.Name == "":
		return fmt.Errorf("%w: no name of an engine", report.ErrOptions)
	case o.Interval < minInterval || o.Interval > maxInterval:
		return fmt.Errorf("%w: an interval of %v (want %v to %v)", report.ErrOptions, o.Interval, minInterval, maxInterval)
	case o.Frames < 0:
		return fmt.Errorf("%w: %d frames", report.ErrOptions, o.Frames)
	}
	return nil
}

// Run calls each for every interval, until Frames are over (then it is nil), each fails,
// or there is no more to see: report.ErrOptions, the errors of engine.LookAt, the context's.
func Run(ctx context.Context, o Options, each func(*Frame) error) error {
	if err := o.Validate(); err != nil {
		return err
	}
	before, err := engine.LookAt(o.Name, true)
	if err != nil {
		return report.Cannot(err)
	}
	if o.Begin != nil {
		o.Begin(report.NewMeta(Suite, Settings{o.Name, o.Interval.Seconds(), o.Frames, len(before.Workers)}))
	}
	tick := time.NewTicker(o.Interval)
	defer tick.Stop()
	for n := 0; o.Frames == 0 || n < o.Frames; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		now, err := engine.LookAt(o.Name, true)
		if err != nil {
			return err
		}
		if err := each(newFrame(before, now)); err != nil {
			return err
		}
		before = now
	}
	return nil
}
