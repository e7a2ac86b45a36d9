package systems

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

// A worker is a child process with a pipe to it and a pipe from it.
type worker struct {
	child    *process.Process
	to, from *os.File
}

// startWorkers starts n workers of one kind: this program again, see Init. On
// error none is left.
func startWorkers(kind string, n int, env ...string) ([]*worker, error) {
	var ws []*worker
	for range n {
		w, err := startChild(process.Command{Env: append(env, workerEnv+"="+kind), Lifeline: true}, nil)
		if err != nil {
			return nil, errors.Join(err, closeWorkers(ws))
		}
		ws = append(ws, w)
	}
	return ws, nil
}

// startChild starts a process with its ends of two pipes as descriptors 3 and
// 4, and with files behind them.
func startChild(c process.Command, files []*os.File) (*worker, error) {
	in, to, err := newPipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	from, out, err := newPipe()
	if err != nil {
		return nil, errors.Join(err, to.Close())
	}
	defer out.Close()
	c.Files = append([]*os.File{in, out}, files...)
	c.IgnoreInterrupt = true
	c.Stderr = io.Discard // but for its tail, see lost
	child, err := process.Start(c)
	if err != nil {
		return nil, errors.Join(err, to.Close(), from.Close())
	}
	return &worker{child, to, from}, nil
}

func pids(ws []*worker) []int {
	ids := make([]int, len(ws))
	for i, w := range ws {
		ids[i] = w.child.PID()
	}
	return ids
}

// closeWorkers ends the workers: a closed pipe tells them to leave, a signal
// those that do not.
func closeWorkers(ws []*worker) error {
	var errs []error
	for _, w := range ws {
		errs = append(errs, w.to.Close(), w.from.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, w := range ws {
		if w.child.Join(ctx) != nil {
			errs = append(errs, w.child.Kill(), w.child.Join(context.Background()))
		}
	}
	return errors.Join(errs...)
}

// lost says which worker failed, with the last line that it said.
func (w *worker) lost(err error) error {
	lines := strings.Split(strings.TrimSpace(w.child.StderrTail()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("worker process %v: %w: %s", w.child, err, last)
	}
	return fmt.Errorf("worker process %v: %w", w.child, err)
}
