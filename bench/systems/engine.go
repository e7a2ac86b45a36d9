package systems

import (
	"context"
	"errors"
	"sync"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// byHourArgs are the job's columns as the engine's workers see them.
type byHourArgs struct {
	Date, Delay, Distance engine.In[int64]
}

// byHour is the job as the engine runs it, known to coordinator and workers.
var byHour = engine.NewColumnReducer("shmbench/flights/byhour", byhour.Partial{}, byHourLeaf, byhour.Merge)

// scratches keep a leaf's scratch from leaf to leaf.
var scratches = sync.Pool{New: func() any { return new(byhour.Scratch) }}

func byHourLeaf(t *engine.Task, a byHourArgs) (p byhour.Partial, err error) {
	s := scratches.Get().(*byhour.Scratch)
	defer scratches.Put(s)
	err = s.Accumulate(&p, flights.Columns{Date: a.Date.Part(t), Delay: a.Delay.Part(t), Distance: a.Distance.Part(t)})
	return p, err
}

// inEngine is the job in the engine's worker processes, over columns in its
// arena.
type inEngine struct {
	name   string
	e      *engine.Engine
	copyIn bool
	owner  bool
}

// NewEngine returns the system that runs the job over columns that lie in e's
// arena already. Closing it closes e.
func NewEngine(e *engine.Engine) System { return &inEngine{name: Engine, e: e, owner: true} }

// NewEngineCopyIn returns the system that copies the columns into e's arena
// first, each time, to the same place. Closing it leaves e alone.
func NewEngineCopyIn(e *engine.Engine) System {
	return &inEngine{name: EngineCopyIn, e: e, copyIn: true}
}

func (s *inEngine) Name() string { return s.name }
func (s *inEngine) PIDs() []int  { return s.e.WorkerPIDs() }

func (s *inEngine) Close() error {
	if !s.owner {
		return nil
	}
	return s.e.Close()
}

type engineJob struct {
	system *inEngine
	table  flights.Columns // where the rows come from
	arrays [3]shmarena.Array[int64]
	arena  flights.Columns // the arrays as slices
}

func (s *inEngine) Prepare(_ context.Context, c flights.Columns) (_ Job, err error) {
	j := &engineJob{system: s, table: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.Close())
		}
	}()
	for i, to := range []*[]int64{&j.arena.Date, &j.arena.Delay, &j.arena.Distance} {
		if j.arrays[i], err = shmarena.Alloc[int64](s.e.Arena(), c.Len()); err != nil {
			return nil, err
		}
		*to = j.arrays[i].Slice()
	}
	j.copy()
	return j, nil
}

// copy copies the table into the arena, with as many goroutines as there are
// workers.
func (j *engineJob) copy() {
	var wg sync.WaitGroup
	rows, n := j.table.Len(), j.system.e.Workers()
	for i := range n {
		lo, hi := rows*i/n, rows*(i+1)/n
		wg.Go(func() {
			from, to := j.table.Part(lo, hi), j.arena.Part(lo, hi)
			copy(to.Date, from.Date)
			copy(to.Delay, from.Delay)
			copy(to.Distance, from.Distance)
		})
	}
	wg.Wait()
}

func (j *engineJob) UserCopied() int64 {
	if j.system.copyIn {
		return j.table.Bytes()
	}
	return 0
}

func (j *engineJob) Run(ctx context.Context) (*byhour.Partial, error) {
	if j.system.copyIn {
		j.copy()
	}
	p, err := byHour.Run(ctx, j.system.e, byHourArgs{
		engine.InOf(j.arrays[0]), engine.InOf(j.arrays[1]), engine.InOf(j.arrays[2]),
	})
	return &p, err
}

func (j *engineJob) Close() error {
	j.arena = flights.Columns{}
	var errs []error
	for i, x := range j.arrays {
		if !x.IsZero() {
			errs = append(errs, x.Free())
		}
		j.arrays[i] = shmarena.Array[int64]{}
	}
	return errors.Join(errs...)
}
