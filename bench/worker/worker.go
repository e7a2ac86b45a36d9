package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/shmengine/shmengine/engine/process"
)

// A Worker is a child process with a pipe to it and a pipe from it.
type Worker struct {
	Child    *process.Process
	To, From *os.File
}

// Start starts a process with its ends of two pipes as descriptors 3 (in) and 4
// (out), and with files behind them. Ctrl-C does not reach it.
func Start(c process.Command, files ...*os.File) (*Worker, error) {
	in, to, err := NewPipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	from, out, err := NewPipe()
	if err != nil {
		return nil, errors.Join(err, to.Close())
	}
	defer out.Close()
	c.Files = append([]*os.File{in, out}, files...)
	c.IgnoreInterrupt = true
	c.Stderr = io.Discard // but for its tail, see Lost
	child, err := process.Start(c)
	if err != nil {
		return nil, errors.Join(err, to.Close(), from.Close())
	}
	return &Worker{child, to, from}, nil
}

// PIDs returns the workers' process ids.
func PIDs(ws []*Worker) []int {
	ids := make([]int, len(ws))
	for i, w := range ws {
		ids[i] = w.Child.PID()
	}
	return ids
}

// Close ends the workers: a closed pipe tells them to leave, a signal
// those that do not.
func Close(ws []*Worker) error {
	var errs []error
	for _, w := range ws {
		errs = append(errs, w.To.Close(), w.From.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, w := range ws {
		if w.Child.Join(ctx) != nil {
			errs = append(errs, w.Child.Kill(), w.Child.Join(context.Background()))
		}
	}
	return errors.Join(errs...)
}

// Lost says which worker failed, with the last line that it said.
func (w *Worker) Lost(err error) error {
	lines := strings.Split(strings.TrimSpace(w.Child.StderrTail()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("worker process %v: %w: %s", w.Child, err, last)
	}
	return fmt.Errorf("worker process %v: %w", w.Child, err)
}
