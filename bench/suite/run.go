package suite

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/bench/report"
)

// WarmupShare is how long a warm-up is beside a measurement.
const WarmupShare = 0.2

// A Contest is one case as this machine can measure it; T is one measurement.
type Contest[T any] struct {
	report.Case // its figures are still to come
	Systems     []string
	// Measure does a measurement, or a part of one, and checks what came of it.
	Measure func(ctx context.Context, system string, part float64) (T, error)
	// Falsify does what Measure had done if one sum had been another.
	Falsify func(T) error
	// Figures says what was measured.
	Figures func(*Contest[T], Rounds[T]) []report.Measurement
	// Count finds out what is not timed; nil if there is nothing.
	Count func(context.Context, *Contest[T]) ([]report.Measurement, error)
}

// Rounds are a contest's measurements, by system and round.
type Rounds[T any] map[string][]T

// A Watch hears of a run while it goes on. Each of its functions may be nil.
type Watch struct {
	Corrupt  string // a system whose last measurement is falsified
	Begin    func()
	Progress func(done, total int)
	Measured func(report.Measurement)
}

// run is one Run in progress.
type run[T any] struct {
	Watch
	done, total int
}

// Run measures some contests, one after the other. Its errors name the case and the
// system; without contests it is a report.ErrMachine, which says why there are none.
func Run[T any](ctx context.Context, list []Contest[T], w Watch, why any) ([]report.Case, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: nothing can be measured: %v", report.ErrMachine, why)
	}
	if w.Begin != nil {
		w.Begin()
	}
	r := &run[T]{Watch: w}
	for _, c := range list {
		r.total += (c.Warmups + c.Rounds) * len(c.Systems)
	}
	var all []report.Case
	for _, c := range list {
		if err := r.contest(ctx, &c); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		all = append(all, c.Case)
	}
	return all, nil
}

// contest measures one case.
func (r *run[T]) contest(ctx context.Context, c *Contest[T]) error {
	for range c.Warmups {
		for _, system := range c.Systems {
			if _, err := r.measure(ctx, c, system, WarmupShare); err != nil {
				return err
			}
		}
	}
	done, err := r.rounds(ctx, c)
	if err != nil {
		return err
	}
	c.Case.Figures = c.Figures(c, done)
	if c.Count != nil {
		counted, err := c.Count(ctx, c)
		if err != nil {
			return err
		}
		c.Case.Figures = append(c.Case.Figures, counted...)
	}
	if r.Measured != nil {
		for _, m := range c.Case.Figures {
			r.Measured(m)
		}
	}
	return nil
}

// rounds measures the systems in turn, in an order that rotates.
func (r *run[T]) rounds(ctx context.Context, c *Contest[T]) (Rounds[T], error) {
	done := Rounds[T]{}
	for round := range c.Rounds {
		for i := range c.Systems {
			system := c.Systems[(round+i)%len(c.Systems)]
			got, err := r.measure(ctx, c, system, 1)
			if err == nil && r.Corrupt == system && round == c.Rounds-1 {
				if err = c.Falsify(got); err != nil {
					err = fmt.Errorf("%s: %w", system, err)
				}
			}
			if err != nil {
				return nil, err
			}
			done[system] = append(done[system], got)
		}
	}
	return done, nil
}

// measure does one measurement, or a part of one.
func (r *run[T]) measure(ctx context.Context, c *Contest[T], system string, part float64) (got T, err error) {
	if err := ctx.Err(); err != nil {
		return got, err
	}
	if got, err = c.Measure(ctx, system, part); err != nil {
		return got, fmt.Errorf("%s: %w", system, err)
	}
	r.done++
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
	return got, nil
}
