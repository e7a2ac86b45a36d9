package advise

import (
	"context"
	"errors"
	"sync"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// kernelArgs are a job as the engine's workers see it: a row is a partition's leaf.
type kernelArgs struct {
	Data shmarena.Array[uint64]
	Sums shmarena.Array[uint64]
	Part int64
	Task task
}

// leafKernel does one partition for each leaf of rows, so that a partition may have any
// size: the rows themselves are nothing.
var leafKernel = engine.NewKernel("shmbench/advise", engine.Idempotent, func(t *engine.Task, a kernelArgs) error {
	lo, _ := t.Rows()
	i := lo / engine.LeafRows
	from := i * int(a.Part)
	part := a.Data.Part(from, min(from+int(a.Part), a.Data.Len()))
	a.Sums.Slice()[i] = a.Task.do(i, t.Attempt(), part)
	return nil
})

// inEngine runs partitions in the engine's workers.
type inEngine struct {
	e      *engine.Engine
	copyIn bool
	data   shmarena.Array[uint64] // of the last job
	sums   shmarena.Array[uint64]
	of     *uint64 // its first word, by which it is known again
	owner  bool
}

// attempts are without limit here: the model has none.
const attempts = 1 << 20

func startEngine(ctx context.Context, workers int, bytes int64) (*engine.Engine, error) {
	return engine.Start(ctx, engine.Config{Workers: workers, ArenaSize: 2*bytes + 64<<20, Retries: attempts})
}

func (e *inEngine) close() error {
	err := e.drop()
	if e.owner {
		err = errors.Join(err, e.e.Close())
	}
	return err
}

func (e *inEngine) drop() (err error) {
	for _, x := range []*shmarena.Array[uint64]{&e.data, &e.sums} {
		if !x.IsZero() {
			err = errors.Join(err, x.Free())
		}
		*x = shmarena.Array[uint64]{}
	}
	e.of = nil
	return err
}

// prepare has the job's data in the arena, which is not timed.
func (e *inEngine) prepare(j *job) (err error) {
	if e.of == &j.data[0] && e.data.Len() == len(j.data) && e.sums.Len() >= j.parts() {
		return nil
	}
	if err = e.drop(); err != nil {
		return err
	}
	if e.data, err = shmarena.CopyIn(e.e.Arena(), j.data); err != nil {
		return err
	}
	if e.sums, err = shmarena.Alloc[uint64](e.e.Arena(), j.parts()); err != nil {
		return err
	}
	e.of = &j.data[0]
	return e.data.Populate()
}

func (e *inEngine) run(ctx context.Context, j *job) (sum uint64, err error) {
	if err := e.prepare(j); err != nil {
		return 0, err
	}
	if e.copyIn {
		copyAll(e.data.Slice(), j.data, e.e.Workers())
	}
	n := j.parts()
	err = leafKernel.Run(ctx, e.e, n*engine.LeafRows, kernelArgs{e.data, e.sums, int64(j.part), j.task})
	for _, s := range e.sums.Slice()[:n] {
		sum += s
	}
	return sum, err
}

// copyAll copies with as many goroutines as there are workers.
func copyAll(to, from []uint64, workers int) {
	var wg sync.WaitGroup
	for i := range workers {
		lo, hi := len(from)*i/workers, len(from)*(i+1)/workers
		wg.Go(func() { copy(to[lo:hi], from[lo:hi]) })
	}
	wg.Wait()
}
