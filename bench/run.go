package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/systems"
)

// Run measures the main job. An error means that there are no figures:
// [ErrOptions], [ErrMachine], [ErrWrong], those of package flights, or the
// context's.
func Run(ctx context.Context, o Options) (*Report, error) {
	r := &run{Options: o}
	report, err := r.main(ctx)
	if err != nil && ctx.Err() != nil {
		// A worker that was told to stop may have said something else.
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return report, nil
}

// run is one Run in progress.
type run struct {
	Options
	once  flights.Columns // the source's rows
	timed flights.Columns // the same, tiled or cut to the size
	meta  Meta
	line  *lineup
	tick  int // runs done, for the progress
	total int
}

func (r *run) main(ctx context.Context) (report *Report, err error) {
	if err := r.load(); err != nil {
		return nil, err
	}
	if r.line, err = newLineup(ctx, r.Options, r.arenaBytes()); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.line.close()) }()
	r.meta.Settings.Arena = r.line.arena
	if r.Begin != nil {
		r.Begin(r.meta)
	}
	answer, err := r.answers(ctx)
	if err != nil {
		return nil, err
	}
	r.timed = r.once.Prefix(r.rows())
	if r.timed.Len() < r.rows() {
		r.timed = r.once.Tile(r.rows())
	}
	if err := r.line.prepare(ctx, r.timed, r.Reps); err != nil {
		return nil, err
	}
	if err := r.measure(ctx); err != nil {
		return nil, err
	}
	report = newReport(r, answer)
	r.emit(report.speeds())
	if err := r.count(ctx, report); err != nil {
		return nil, err
	}
	return report, nil
}

// load checks the options, reads the rows and fits the size.
func (r *run) load() (err error) {
	if err := r.Validate(); err != nil {
		return err
	}
	r.Options = r.withDefaults()
	if r.once, _, err = r.Options.load(); err != nil {
		return err
	}
	if err := r.fitSize(r.once.Bytes()); err != nil {
		return err
	}
	r.meta = newMeta(r.Options, r.once)
	return nil
}

// arenaBytes is room for the timed rows twice and for what lies between.
func (r *run) arenaBytes() int64 {
	return 2*max(r.Size, r.once.Bytes()) + 32<<20
}

// answers runs the job once over the source's own rows, each counted once, in
// every system, and returns what all of them say. Python is compared on the
// timed rows only: its processes are started anew for each table.
func (r *run) answers(ctx context.Context) (*byhour.Partial, error) {
	want, err := reference(ctx, r.once)
	if err != nil {
		return nil, err
	}
	for _, e := range r.line.entries {
		if !systems.Exact(e.sys.Name()) {
			continue
		}
		job, err := e.sys.Prepare(ctx, r.once)
		if err != nil {
			return nil, fmt.Errorf("prepare %s: %w", e.sys.Name(), err)
		}
		got, err := job.Run(ctx)
		if err == nil {
			err = check(e.sys.Name(), got, want)
		}
		if err = errors.Join(err, job.Close()); err != nil {
			return nil, err
		}
	}
	return want, nil
}

// measure runs the warm-ups, then the rounds.
func (r *run) measure(ctx context.Context) error {
	for _, e := range r.line.entries {
		r.total += e.warmups + e.reps
		e.seconds = make([]float64, r.Reps)
	}
	for _, e := range r.line.entries {
		for range e.warmups {
			if _, err := r.runOnce(ctx, e); err != nil {
				return err
			}
		}
	}
	for round := range r.Reps {
		for i := range r.line.entries {
			e := r.line.entries[(round+i)%len(r.line.entries)]
			e.seconds[round] = math.NaN()
			if !e.takesPart(round, r.Reps) {
				continue
			}
			took, err := r.runOnce(ctx, e)
			if err != nil {
				return err
			}
			e.seconds[round] = took.Seconds()
		}
	}
	return nil
}

// takesPart spreads a system's repetitions evenly over the rounds.
func (e *entry) takesPart(round, rounds int) bool {
	return round*e.reps/rounds != (round+1)*e.reps/rounds
}

// runOnce runs a job once and checks its answer.
func (r *run) runOnce(ctx context.Context, e *entry) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	begin := time.Now()
	got, err := e.job.Run(ctx)
	took := time.Since(begin)
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", e.sys.Name(), err)
	}
	e.done++
	if r.Corrupt == e.sys.Name() && e.done == e.warmups+e.reps {
		corrupt(e.sys.Name(), got)
	}
	r.tick++
	if r.Progress != nil {
		r.Progress(r.tick, r.total)
	}
	return took, check(e.sys.Name(), got, e.want)
}

func (r *run) emit(ms []Measurement) {
	if r.Measured == nil {
		return
	}
	for _, m := range ms {
		r.Measured(m)
	}
}
