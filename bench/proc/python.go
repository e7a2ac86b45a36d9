package proc

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

//go:embed processes.py
var script string

// patience is how long one answer may take.
const patience = time.Minute

var (
	errNoPython = errors.New("python3 is not there")
	errHang     = fmt.Errorf("no answer for %v", patience)
)

// python is multiprocessing with one start method, in a Python program that measures.
type python struct {
	w       *worker.Worker
	lines   *bufio.Reader
	version string
}

// newPython starts the program for one of the systems.
func newPython(ctx context.Context, name string) (*python, error) {
	path, err := exec.LookPath("python3")
	if err != nil {
		return nil, errNoPython
	}
	w, err := worker.Start(process.Command{Path: path, Args: []string{"-c", script, strings.TrimPrefix(name, "py-")}})
	if err != nil {
		return nil, err
	}
	p := &python{w: w, lines: bufio.NewReader(w.From)}
	if err := p.read(ctx, &p.version); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *python) close() error { return worker.Close([]*worker.Worker{p.w}) }

func (p *python) measure(ctx context.Context, kind string, n int) (list []sample, err error) {
	if _, err := fmt.Fprintln(p.w.To, kind, n); err != nil {
		return nil, p.w.Lost(err)
	}
	return list, p.read(ctx, &list)
}

// read reads one line of JSON. A context that ends kills the program.
func (p *python) read(ctx context.Context, to any) error {
	limited, cancel := context.WithTimeoutCause(ctx, patience, errHang)
	defer cancel()
	stop := context.AfterFunc(limited, func() { _ = p.w.Child.Kill() })
	line, err := p.lines.ReadBytes('\n')
	if !stop() {
		return context.Cause(limited)
	}
	if err != nil {
		last, end := context.WithTimeout(context.Background(), time.Second)
		defer end()
		_ = p.w.Child.Join(last) // for its last words
		return p.w.Lost(err)
	}
	return json.Unmarshal(line, to)
}
