package mem

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// Suite is the name of this suite in reports.
const Suite = "mem"

// Options say what to look at.
type Options struct {
	// PIDs are the processes.
	PIDs []int
	// Maps asks for the mappings of each.
	Maps bool
	// System asks for the figures of the whole system; they take an interval.
	System bool
	// Interval is between two looks, for growth and rates; 0 is one look, or a second
	// with System.
	Interval time.Duration
	// Begin gets what is known before the first look.
	Begin func(Meta)
}

const maxInterval = time.Hour

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// Settings are the options.
type Settings struct {
	PIDs     []int   `json:"pids"`
	Maps     bool    `json:"maps"`
	System   bool    `json:"system"`
	Interval float64 `json:"interval_s"`
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{report.ErrOptions}, args...)...)
	}
	for i, pid := range o.PIDs {
		if pid < 1 {
			return bad("%d is no process id", pid)
		}
		if slices.Contains(o.PIDs[:i], pid) {
			return bad("process %d is there twice", pid)
		}
	}
	switch {
	case len(o.PIDs) == 0 && !o.System:
		return bad("no process, and not the system")
	case o.Maps && len(o.PIDs) == 0:
		return bad("mappings of no process")
	case o.Interval < 0 || o.Interval > maxInterval:
		return bad("an interval of %v (want 0 to %v)", o.Interval, maxInterval)
	}
	return nil
}

// Run looks. An error means that there are no figures: report.ErrOptions, ErrGone,
// ErrDenied, ErrNoMemory, or the context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.System && o.Interval == 0 {
		o.Interval = time.Second
	}
	s, err := openSource("/proc")
	if err != nil {
		return nil, report.Cannot(err)
	}
	r, err := s.look(ctx, o)
	if errors.Is(err, ErrDenied) {
		return nil, fmt.Errorf("%w: %w", report.ErrMachine, err)
	}
	return r, err
}

// look takes the first look, waits, and takes the second.
func (s *source) look(ctx context.Context, o Options) (*Report, error) {
	r := &Report{Meta: report.NewMeta(Suite, Settings{o.PIDs, o.Maps, o.System, o.Interval.Seconds()})}
	begin, before, err := s.snapshot(o)
	if err != nil {
		return nil, err
	}
	if o.Begin != nil {
		o.Begin(r.Meta)
	}
	if o.Interval == 0 {
		for _, u := range before {
			r.Looks = append(r.Looks, Look{Usage: *u})
		}
		return r, nil
	}
	at := time.Now()
	if err := pause(ctx, o.Interval); err != nil {
		return nil, err
	}
	end, after, err := s.snapshot(o)
	if err != nil {
		return nil, err
	}
	span := time.Since(at)
	for i, u := range after {
		if u.start != before[i].start {
			return nil, fmt.Errorf("process %d: %w any more: its number is another's now", u.PID, ErrGone)
		}
		r.Looks = append(r.Looks, Look{*u, before[i], span})
	}
	if o.System {
		r.System = between(begin, end)
	}
	return r, nil
}

// snapshot takes one look at everything.
func (s *source) snapshot(o Options) (m *moment, list []*Usage, err error) {
	if o.System {
		if m, err = s.system(); err != nil {
			return nil, nil, err
		}
	}
	for _, pid := range o.PIDs {
		u, err := s.read(pid)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, u)
	}
	return m, list, nil
}

// pause waits, unless the context ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
