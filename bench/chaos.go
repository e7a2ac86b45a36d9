package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/strike"
	"github.com/shmengine/shmengine/bench/systems"
	"github.com/shmengine/shmengine/engine"
)

// patience is how long no worker is caught in its work before Chaos gives up.
const patience = 20 * time.Second

// A ChaosReport is what became of a job whose workers were killed.
type ChaosReport struct {
	Meta    Meta
	Notes   []string
	Answer  *byhour.Partial // the same to the bit each time, killed or not
	Kills   int             // workers killed with -9 while they ran a partition
	Misses  int             // workers stopped, or killed, that had just finished one: not counted
	Runs    int             // of the job, in which the kills fell
	Retries uint64          // partitions that were run again
	Deaths  uint64          // that the engine saw
	Took    time.Duration   // of all runs
}

// Chaos runs the main job in the engine, again and again, and kills workers
// with SIGKILL until kills of them were in the middle of a partition. Each
// answer must have the bits of the undisturbed one.
func Chaos(ctx context.Context, o Options, kills int) (report *ChaosReport, err error) {
	r := &run{Options: o}
	if err := r.load(); err != nil {
		return nil, err
	}
	r.timed = r.once.Tile(r.rows())
	c := &chaos{run: r, kills: kills}
	e, err := startEngine(ctx, engine.Config{Workers: r.Workers, ArenaSize: r.Size + 32<<20, Retries: kills})
	if err != nil {
		return nil, err
	}
	c.engine, c.system = e, systems.NewEngine(e)
	defer func() { err = errors.Join(err, c.system.Close()) }()
	r.line = &lineup{}
	r.line.noteArena(e.Arena())
	r.meta.Settings.Arena = r.line.arena
	if r.Begin != nil {
		r.Begin(r.meta)
	}
	report, err = c.main(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	r.emit(report.measurements())
	return report, nil
}

type chaos struct {
	*run
	kills  int
	engine *engine.Engine
	system systems.System
	killed int
	missed int
}

func (c *chaos) main(ctx context.Context) (*ChaosReport, error) {
	want, err := reference(ctx, c.timed)
	if err != nil {
		return nil, err
	}
	job, err := c.system.Prepare(ctx, c.timed)
	if err != nil {
		return nil, err
	}
	defer job.Close()
	report := &ChaosReport{Meta: c.meta, Notes: c.line.notes, Answer: want}
	begin := time.Now()
	for c.killed < c.kills {
		if err := c.disturbed(ctx, job, want); err != nil {
			return nil, err
		}
		report.Runs++
	}
	report.Took = time.Since(begin)
	if err := c.calm(ctx, job, want); err != nil {
		return nil, fmt.Errorf("after the kills: %w", err)
	}
	s := c.engine.Stats()
	report.Kills, report.Misses, report.Retries, report.Deaths = c.killed, c.missed, s.Retries, s.Deaths
	return report, nil
}

// disturbed runs the job once while workers are killed.
func (c *chaos) disturbed(ctx context.Context, job systems.Job, want *byhour.Partial) error {
	over, stop := context.WithCancel(ctx)
	struck := make(chan error, 1)
	go func() { struck <- c.strike(over) }()
	err := c.calm(ctx, job, want)
	stop()
	return errors.Join(err, <-struck)
}

// calm runs the job once and checks its answer.
func (c *chaos) calm(ctx context.Context, job systems.Job, want *byhour.Partial) error {
	got, err := job.Run(ctx)
	if err != nil {
		return err
	}
	if c.Corrupt == systems.Engine {
		corrupt(systems.Engine, got)
	}
	return check(systems.Engine, got, want)
}

// strike kills running workers, a short random time apart, until there were
// enough or the job is over.
func (c *chaos) strike(over context.Context) error {
	last := time.Now()
	for c.killed < c.kills {
		select {
		case <-over.Done():
			return nil
		case <-time.After(time.Duration(rand.IntN(2000)) * time.Microsecond):
		}
		running := c.engine.Running()
		if len(running) == 0 {
			if time.Since(last) > patience {
				return fmt.Errorf("no worker was caught in its work for %v (a larger --size?)", patience)
			}
			continue
		}
		killed, err := c.kill(running[rand.IntN(len(running))])
		if err != nil {
			return err
		}
		last = time.Now()
		if !killed {
			c.missed++
			continue
		}
		c.killed++
		if c.Progress != nil {
			c.Progress(c.killed, c.kills)
		}
	}
	return nil
}

// kill kills one worker, and tells whether it was in the middle of a partition:
// it was running when it was stopped, and its death made the engine run that
// partition again.
func (c *chaos) kill(pid int) (bool, error) {
	before := c.engine.Stats()
	killed, err := strike.Kill(pid, c.engine.Running)
	if !killed || err != nil {
		return false, err
	}
	for limit := time.Now().Add(patience); c.engine.Stats().Deaths == before.Deaths; {
		if time.Now().After(limit) {
			return false, fmt.Errorf("worker %d was killed, and the engine has not noticed for %v", pid, patience)
		}
		time.Sleep(100 * time.Microsecond)
	}
	c.engine.Running() // returns when the death has been dealt with
	return c.engine.Stats().Retries > before.Retries, nil
}

// Write prints the report.
func (r *ChaosReport) Write(w io.Writer) error {
	s := r.Meta.Settings
	_, err := fmt.Fprintf(w, "%s, %s of rows (%s), %s, under kill -9\n"+
		"kills: %d, each of a worker that was running a partition (%d more were met between two, and do not count)\n"+
		"retries: %d partitions run again, %d deaths seen, %d repetitions of the job in %v\n"+
		"the answer was the same to the bit each time\n",
		Case, machine.FormatSize(int64(s.Rows)*flights.RowBytes), s.Tiled(), report.Plural(s.Workers, "worker"),
		r.Kills, r.Misses, r.Retries, r.Deaths, r.Runs, r.Took.Round(time.Millisecond))
	for _, n := range r.Notes {
		_, err = fmt.Fprintln(w, "note:", n)
	}
	if err == nil {
		_, err = fmt.Fprintln(w, r.Meta.Machine)
	}
	return err
}

func (r *ChaosReport) measurements() []Measurement {
	one := func(metric string, value float64) Measurement {
		return Measurement{Suite: Suite, Case: Case + "/chaos", System: systems.Engine, Metric: metric, Value: value, Unit: "1", N: r.Runs}
	}
	return []Measurement{one("kills", float64(r.Kills)), one("retries", float64(r.Retries)), one("repetitions", float64(r.Runs))}
}
