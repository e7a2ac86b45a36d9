package systems

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/engine/process"
)

var errProtocol = errors.New("unexpected data in the pipe")

// work is the main function of a worker: descriptors 3 and 4 are the pipes.
func work(kind string) error {
	if err := process.EndWithParent(); err != nil {
		return err
	}
	in, out := os.NewFile(3, "pipe"), os.NewFile(4, "pipe")
	switch kind {
	case Pipe:
		return workRaw(in, out)
	case PipeGob:
		return workGob(in, out)
	}
	return fmt.Errorf("no such kind of worker")
}

// rawWorker holds a pipe worker's buffers. There is one buffer for the rows:
// while it is computed on, the pipe itself, which holds more than a leaf, is
// filled with the next.
type rawWorker struct {
	rows    flights.Columns
	scratch byhour.Scratch
	done    []result
}

func newRawWorker() *rawWorker {
	column := func() []int64 { return make([]int64, byhour.LeafRows) }
	return &rawWorker{rows: flights.Columns{Date: column(), Delay: column(), Distance: column()}}
}

// workRaw computes leaves until the pipe is closed.
func workRaw(in, out *os.File) error {
	w := newRawWorker()
	for {
		var h header
		if err := readAll(in, [][]byte{bytesOf(h[:])}); err != nil {
			return unlessEOF(err)
		}
		if h[1] < 0 || h[1] > byhour.LeafRows {
			return errProtocol
		}
		if err := w.step(h, in, out); err != nil {
			return err
		}
	}
}

// step handles one header: a leaf to compute, or the end of a job.
func (w *rawWorker) step(h header, in, out *os.File) error {
	if h[1] == 0 {
		err := writeAll(out, [][]byte{bytesOfResults(w.done)})
		w.done = w.done[:0]
		return err
	}
	part := w.rows.Prefix(int(h[1]))
	if err := readAll(in, [][]byte{bytesOf(part.Date), bytesOf(part.Delay), bytesOf(part.Distance)}); err != nil {
		return err
	}
	w.done = append(w.done, result{Leaf: h[0]})
	return w.scratch.Accumulate(&w.done[len(w.done)-1].Partial, part)
}

// unlessEOF drops the error that says that the coordinator is done.
func unlessEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
