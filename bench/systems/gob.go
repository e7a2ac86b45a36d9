package systems

import (
	"bufio"
	"context"
	"encoding/gob"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/worker"
)

// gobChunk is one leaf as encoding/gob sends it. No rows end the job.
type gobChunk struct {
	Leaf                  int
	Date, Delay, Distance []int64
}

// pipeGob is the pipe system with encoding/gob in place of raw bytes: what a
// program gets that does not want to know how its columns lie in memory.
type pipeGob struct {
	ws    []*worker.Worker
	coder []gobCoder
}

type gobCoder struct {
	enc *gob.Encoder
	dec *gob.Decoder
}

func newGobCoder(w io.Writer, r io.Reader) gobCoder {
	return gobCoder{gob.NewEncoder(w), gob.NewDecoder(bufio.NewReaderSize(r, 256<<10))}
}

// NewPipeGob starts workers that take gob-encoded columns from pipes.
func NewPipeGob(workers int) (System, error) {
	ws, err := startWorkers(PipeGob, workers)
	p := &pipeGob{ws: ws}
	for _, w := range ws {
		p.coder = append(p.coder, newGobCoder(w.To, w.From))
	}
	return p, err
}

func (p *pipeGob) Name() string { return PipeGob }
func (p *pipeGob) PIDs() []int  { return worker.PIDs(p.ws) }
func (p *pipeGob) Close() error { return worker.Close(p.ws) }

func (p *pipeGob) Prepare(_ context.Context, c flights.Columns) (Job, error) {
	return &gobJob{p, c, make([]byhour.Partial, byhour.Leaves(c.Len()))}, nil
}

type gobJob struct {
	pipes  *pipeGob
	table  flights.Columns
	leaves []byhour.Partial
}

func (j *gobJob) Close() error      { return nil }
func (j *gobJob) UserCopied() int64 { return 0 }

func (j *gobJob) Run(ctx context.Context) (*byhour.Partial, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, len(j.pipes.ws))
	for i, w := range j.pipes.ws {
		wg.Go(func() {
			if err := j.feed(ctx, j.pipes.coder[i], &next); err != nil {
				errs[i] = w.Lost(err)
			}
		})
	}
	wg.Wait()
	return fold(ctx, j.leaves, errs)
}

func (j *gobJob) feed(ctx context.Context, c gobCoder, next *atomic.Int64) error {
	for ctx.Err() == nil {
		leaf := int(next.Add(1)) - 1
		if leaf >= len(j.leaves) {
			break
		}
		part := j.table.Part(byhour.Leaf(leaf, j.table.Len()))
		if err := c.enc.Encode(gobChunk{leaf, part.Date, part.Delay, part.Distance}); err != nil {
			return err
		}
	}
	if err := c.enc.Encode(gobChunk{}); err != nil {
		return err
	}
	var got []result
	if err := c.dec.Decode(&got); err != nil {
		return err
	}
	return place(j.leaves, got)
}

// workGob computes leaves until the pipe is closed.
func workGob(in, out *os.File) error {
	c := newGobCoder(out, in)
	var scratch byhour.Scratch
	var chunk gobChunk
	var done []result
	for {
		// Decoding reuses the slices, and leaves fields alone that were not sent.
		chunk = gobChunk{0, chunk.Date[:0], chunk.Delay[:0], chunk.Distance[:0]}
		if err := c.dec.Decode(&chunk); err != nil {
			return unlessEOF(err)
		}
		if len(chunk.Delay) != len(chunk.Date) || len(chunk.Distance) != len(chunk.Date) {
			return errProtocol
		}
		if len(chunk.Date) == 0 {
			if err := c.enc.Encode(done); err != nil {
				return err
			}
			done = done[:0]
			continue
		}
		done = append(done, result{Leaf: int64(chunk.Leaf)})
		part := flights.Columns{Date: chunk.Date, Delay: chunk.Delay, Distance: chunk.Distance}
		if err := scratch.Accumulate(&done[len(done)-1].Partial, part); err != nil {
			return err
		}
	}
}
