package dispatch

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/kernels"
)

// workerEnv says, in a child, that it is a worker behind pipes.
const workerEnv = "SHMBENCH_DISPATCH_WORKER"

// Init turns this process into a worker if Run started it as one: then it does not
// return. Call it at the start of main, behind engine.Init.
func Init() { worker.Main(workerEnv, func(string) error { return serve() }) }

// A message through a pipe is two words: a task's argument and 0, or 0 and the bytes of
// the numbers that follow. The answer is one word.
const messageSize = 16

// serve answers messages until the pipe is closed.
func serve() error {
	if err := process.EndWithParent(); err != nil {
		return err
	}
	in, err := process.Inherited(0, "pipe")
	if err != nil {
		return err
	}
	out, err := process.Inherited(1, "pipe")
	if err != nil {
		return err
	}
	var part []float64
	for m := make([]byte, messageSize); ; {
		if _, err := io.ReadFull(in, m); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		answer := triple(binary.LittleEndian.Uint64(m))
		if n := binary.LittleEndian.Uint64(m[8:]); n > 0 {
			if part, err = readPart(in, part, int(n/8)); err != nil {
				return err
			}
			answer = uint64(kernels.Sum(part))
		}
		binary.LittleEndian.PutUint64(m, answer)
		if _, err := out.Write(m[:8]); err != nil {
			return err
		}
	}
}

// readPart reads n numbers into memory that it was given, or more.
func readPart(in *os.File, into []float64, n int) ([]float64, error) {
	if cap(into) < n {
		into = make([]float64, n)
	}
	into = into[:n]
	_, err := io.ReadFull(in, bytesOf(into))
	return into, err
}

// pipes are two workers behind pipes; of the cases with one worker the first.
type pipes struct {
	workers []*worker.Worker
	array   func() []float64
}

func newPipes(array func() []float64) (*pipes, error) {
	p := &pipes{array: array}
	for range 2 {
		w, err := worker.Start(process.Command{Env: []string{workerEnv + "=pipe", "GOMAXPROCS=1"}, Lifeline: true})
		if err != nil {
			_ = p.close()
			return nil, err
		}
		p.workers = append(p.workers, w)
	}
	return p, nil
}

func (p *pipes) close() error { return worker.Close(p.workers) }

func (p *pipes) measure(ctx context.Context, j job) (*sample, error) {
	stop := context.AfterFunc(ctx, func() { // nobody waits for ever
		for _, w := range p.workers {
			_ = w.Child.Kill()
		}
	})
	defer stop()
	switch j.kind {
	case kindRoundtrip:
		return j.timed(ctx, func(i uint64) (uint64, error) { return p.all(i, p.workers[:1]) })
	case kindForkJoin:
		return j.timed(ctx, func(i uint64) (uint64, error) { return p.all(2*i, p.workers) })
	case kindSum:
		array := p.array()
		return j.counted(ctx, 1, func(_, _ uint64) (uint64, error) { return p.pass(array, j.part/8) })
	}
	return j.counted(ctx, chunk/8, p.stream)
}

// all gives each worker a task and takes the answers.
func (p *pipes) all(from uint64, ws []*worker.Worker) (sum uint64, err error) {
	for i, w := range ws {
		if err := send(w, from+uint64(i), nil); err != nil {
			return 0, err
		}
	}
	for _, w := range ws {
		r, err := receive(w)
		if err != nil {
			return 0, err
		}
		sum += r
	}
	return sum, nil
}

func send(w *worker.Worker, x uint64, part []float64) error {
	var m [messageSize]byte
	binary.LittleEndian.PutUint64(m[:], x)
	binary.LittleEndian.PutUint64(m[8:], uint64(8*len(part)))
	if _, err := w.To.Write(m[:]); err != nil {
		return w.Lost(err)
	}
	if len(part) == 0 {
		return nil
	}
	if _, err := w.To.Write(bytesOf(part)); err != nil {
		return w.Lost(err)
	}
	return nil
}

func receive(w *worker.Worker) (uint64, error) {
	var m [8]byte
	if _, err := io.ReadFull(w.From, m[:]); err != nil {
		return 0, w.Lost(fmt.Errorf("no answer: %w", err))
	}
	return binary.LittleEndian.Uint64(m[:]), nil
}

// stream keeps many tasks under way with the first worker.
func (p *pipes) stream(from, n uint64) (sum uint64, err error) {
	w := p.workers[0]
	for i := range n + inFlight {
		if i >= inFlight {
			r, err := receive(w)
			if err != nil {
				return 0, err
			}
			sum += r
		}
		if i < n {
			if err := send(w, from+i, nil); err != nil {
				return 0, err
			}
		}
	}
	return sum, nil
}

// pass gives each worker its next partition when it has answered the last one: a
// goroutine for each.
func (p *pipes) pass(array []float64, each int) (sum uint64, err error) {
	type half struct {
		sum uint64
		err error
	}
	halves := make(chan half, len(p.workers))
	parts := len(array) / each
	for i, w := range p.workers {
		go func() {
			var h half
			for k := i; k < parts && h.err == nil; k += len(p.workers) {
				var r uint64
				if h.err = send(w, 0, array[k*each:(k+1)*each]); h.err == nil {
					r, h.err = receive(w)
				}
				h.sum += r
			}
			halves <- h
		}()
	}
	for range p.workers {
		h := <-halves
		if sum += h.sum; h.err != nil {
			err = h.err
		}
	}
	return sum, err
}
