package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/systems"
	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

const (
	leafRows = byhour.LeafRows
	baseline = systems.Pipe
	// startLimit ends a start that hangs; it takes milliseconds.
	startLimit = 30 * time.Second
)

// A class says how much of the work a system gets, so that a run takes seconds.
type class struct {
	rows    int // at most; 0: all
	reps    int // at most; 0: all
	warmups int
}

// classes of the slow systems. Their rates hardly depend on the rows: they are
// bound by encoding and by the interpreter.
var classes = map[string]class{
	systems.PipeGob: {rows: 2 << 20, reps: 5, warmups: 1},
	systems.PyPool:  {rows: 1 << 20, reps: 3, warmups: 1},
}

// fastClass is that of all others. The first runs touch memory that later runs
// find mapped: which worker takes which rows changes from run to run.
var fastClass = class{warmups: 3}

// An entry is one system in the run.
type entry struct {
	class
	sys     systems.System
	job     systems.Job
	rows    int
	want    *byhour.Partial
	seconds []float64 // by round; NaN where it took no part
	done    int       // timed runs so far
}

// A lineup is all systems of a run.
type lineup struct {
	entries []*entry
	notes   []string // what was left out or fell back, and why
	arena   string   // what the arena is made of
}

// newLineup starts the systems. What the machine does not have (Python) is
// left out and noted.
func newLineup(ctx context.Context, o Options, arenaBytes int64) (_ *lineup, err error) {
	l := &lineup{}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	e, err := startEngine(ctx, engine.Config{Workers: o.Workers, ArenaSize: arenaBytes})
	if err != nil {
		return nil, err
	}
	l.noteArena(e.Arena())
	l.add(systems.NewEngine(e))
	l.add(systems.NewEngineCopyIn(e))
	l.add(systems.NewGoroutines(o.Workers))
	l.add(systems.NewSingle())
	for _, start := range []struct {
		name string
		f    func(int) (systems.System, error)
	}{{systems.Pipe, systems.NewPipe}, {systems.PipeGob, systems.NewPipeGob}, {systems.PyPool, systems.NewPyPool}} {
		s, err := start.f(o.Workers)
		switch {
		case errors.Is(err, systems.ErrNoPython):
			l.notes = append(l.notes, start.name+" is left out: "+err.Error())
		case err != nil:
			return nil, report.Cannot(fmt.Errorf("start %s: %w", start.name, err))
		default:
			l.add(s)
		}
	}
	return l, nil
}

func startEngine(ctx context.Context, c engine.Config) (*engine.Engine, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	e, err := engine.Start(ctx, c)
	return e, report.Cannot(err)
}

func (l *lineup) noteArena(a *shmarena.Arena) {
	l.arena = a.Backing().String()
	if n := a.Notice(); n != "" {
		l.notes = append(l.notes, n)
	}
}

func (l *lineup) add(s systems.System) {
	c, slow := classes[s.Name()]
	if !slow {
		c = fastClass
	}
	l.entries = append(l.entries, &entry{class: c, sys: s})
}

// prepare gives each system its rows and works out what the answers must be.
func (l *lineup) prepare(ctx context.Context, timed flights.Columns, reps int) error {
	want := map[int]*byhour.Partial{}
	for _, e := range slices.Clone(l.entries) {
		e.cut(timed.Len(), reps)
		part := timed.Prefix(e.rows)
		if want[e.rows] == nil {
			p, err := reference(ctx, part)
			if err != nil {
				return err
			}
			want[e.rows] = p
		}
		e.want = want[e.rows]
		var err error
		e.job, err = e.sys.Prepare(ctx, part)
		if err == nil {
			continue
		}
		if e.sys.Name() != systems.PyPool || ctx.Err() != nil {
			return report.Cannot(fmt.Errorf("prepare %s: %w", e.sys.Name(), err))
		}
		if err := l.drop(e, err); err != nil {
			return err
		}
	}
	return nil
}

// cut gives a system its share of the rows and of the rounds.
func (e *entry) cut(rows, reps int) {
	e.rows = rows
	if e.class.rows > 0 {
		e.rows = min(rows, e.class.rows)
	}
	if e.class.reps == 0 {
		e.class.reps = reps
	}
	e.class.reps = min(e.class.reps, reps)
}

// drop leaves a system out that does not work on this machine.
func (l *lineup) drop(e *entry, why error) error {
	line, _, _ := strings.Cut(why.Error(), "\n")
	l.notes = append(l.notes, e.sys.Name()+" is left out: "+line)
	l.entries = slices.DeleteFunc(l.entries, func(x *entry) bool { return x == e })
	return e.sys.Close()
}

// closeJobs frees the rows.
func (l *lineup) closeJobs() error {
	var errs []error
	for _, e := range l.entries {
		if e.job != nil {
			errs = append(errs, e.job.Close())
			e.job = nil
		}
	}
	return errors.Join(errs...)
}

// close ends all systems, the engine last, since others borrow it.
func (l *lineup) close() error {
	err := l.closeJobs()
	for i := len(l.entries) - 1; i >= 0; i-- {
		err = errors.Join(err, l.entries[i].sys.Close())
	}
	return err
}
