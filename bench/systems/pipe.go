package systems

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/worker"
)

// pipe is the job in worker processes over pipes, raw binary: each worker has a
// goroutine here that writes leaves to it straight from the columns, 768 KiB in
// one call, as fast as the worker takes them. The pipe's 1 MiB lies between
// writing and computing, so the two overlap.
type pipe struct {
	ws []*worker.Worker
}

// NewPipe starts workers that take raw columns from pipes.
func NewPipe(workers int) (System, error) {
	ws, err := startWorkers(Pipe, workers)
	return &pipe{ws}, err
}

func (p *pipe) Name() string { return Pipe }
func (p *pipe) PIDs() []int  { return worker.PIDs(p.ws) }
func (p *pipe) Close() error { return worker.Close(p.ws) }

func (p *pipe) Prepare(_ context.Context, c flights.Columns) (Job, error) {
	n := byhour.Leaves(c.Len())
	return &pipeJob{p.ws, c, make([]byhour.Partial, n), make([][]result, len(p.ws))}, nil
}

type pipeJob struct {
	ws      []*worker.Worker
	table   flights.Columns
	leaves  []byhour.Partial
	results [][]result // by worker, reused
}

func (j *pipeJob) Close() error      { return nil }
func (j *pipeJob) UserCopied() int64 { return 0 }

// A header goes before each leaf. Rows 0 ends the job: the worker answers with
// the results of the leaves that it got.
type header [2]int64 // leaf, rows

func (j *pipeJob) Run(ctx context.Context) (*byhour.Partial, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, len(j.ws))
	for i, w := range j.ws {
		wg.Go(func() {
			if err := j.feed(ctx, i, &next); err != nil {
				errs[i] = w.Lost(err)
			}
		})
	}
	wg.Wait()
	return fold(ctx, j.leaves, errs)
}

// feed writes leaves to worker i until there are none, and collects what it
// made of them.
func (j *pipeJob) feed(ctx context.Context, i int, next *atomic.Int64) error {
	w, fed := j.ws[i], 0
	var bufs [4][]byte
	for ctx.Err() == nil {
		leaf := int(next.Add(1)) - 1
		if leaf >= len(j.leaves) {
			break
		}
		lo, hi := byhour.Leaf(leaf, j.table.Len())
		part := j.table.Part(lo, hi)
		h := header{int64(leaf), int64(hi - lo)}
		bufs = [4][]byte{bytesOf(h[:]), bytesOf(part.Date), bytesOf(part.Delay), bytesOf(part.Distance)}
		if err := writeAll(w.To, bufs[:]); err != nil {
			return err
		}
		fed++
	}
	return j.collect(i, fed)
}

func (j *pipeJob) collect(i, fed int) error {
	w, end := j.ws[i], header{}
	if err := writeAll(w.To, [][]byte{bytesOf(end[:])}); err != nil {
		return err
	}
	for len(j.results[i]) < fed {
		j.results[i] = append(j.results[i], result{})
	}
	got := j.results[i][:fed]
	if err := readAll(w.From, [][]byte{bytesOfResults(got)}); err != nil {
		return err
	}
	return place(j.leaves, got)
}

// place puts a worker's results where they belong.
func place(leaves []byhour.Partial, got []result) error {
	for i := range got {
		if got[i].Leaf < 0 || got[i].Leaf >= int64(len(leaves)) {
			return errProtocol
		}
		leaves[got[i].Leaf] = got[i].Partial
	}
	return nil
}
