package dispatch

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"time"

	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

// patience is how much longer than it should a measurement may take.
const patience = 30 * time.Second

var errHang = fmt.Errorf("a worker has not answered for %v", patience)

// A program is a system in another language: it measures itself, and is asked in lines.
type program struct {
	talker  *worker.Talker
	hello   string // what it was made with, or which it is
	closers []func() error
}

func (p *program) close() error {
	errs := []error{worker.Close([]*worker.Worker{p.talker.Worker})}
	for _, f := range p.closers {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

func (p *program) measure(ctx context.Context, j job) (*sample, error) {
	limited, cancel := context.WithTimeoutCause(ctx, j.window+patience, errHang)
	defer cancel()
	answer, err := p.talker.Ask(limited, "done", "run %s %d %d", j.kind, j.window.Nanoseconds(), j.part)
	if err != nil {
		return nil, err
	}
	s := &sample{job: j}
	if _, err := fmt.Sscan(answer, &s.ops, &s.sum, &s.took, &s.p50, &s.p99); err != nil {
		return nil, fmt.Errorf("answer %q: %w", answer, err)
	}
	return s, nil
}

//go:embed twin/twin.c
var twinSource string

// twinFlags are the compiler's.
var twinFlags = []string{"-O3", "-march=native", "-ffast-math", "-fopenmp"}

// newTwin compiles and starts the program in C; twin.ErrNone says that this cannot be done.
func newTwin(ctx context.Context, bytes int) (_ *program, err error) {
	exe, err := twin.Compile(ctx, twinSource, twinFlags...)
	if err != nil {
		return nil, err
	}
	c := process.Command{Path: exe.Path(), Env: []string{"OMP_WAIT_POLICY=active", "OMP_NUM_THREADS=2", "OMP_DYNAMIC=false"}}
	w, err := worker.Start(c)
	if err != nil {
		return nil, errors.Join(err, exe.Close())
	}
	p := &program{talker: worker.NewTalker(w), closers: []func() error{exe.Close}}
	return p, p.begin(ctx, "hello "+strconv.Itoa(bytes))
}

//go:embed dispatch.py
var pyScript string

// newPython starts a pool in Python; exec.ErrNotFound says that there is none.
func newPython(ctx context.Context, system string) (_ *program, err error) {
	path, err := exec.LookPath("python3")
	if err != nil {
		return nil, err
	}
	r, lifeline, err := worker.NewPipe()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	w, err := worker.Start(process.Command{Path: path, Args: []string{"-c", pyScript, system}}, r)
	if err != nil {
		return nil, errors.Join(err, lifeline.Close())
	}
	p := &program{talker: worker.NewTalker(w), closers: []func() error{lifeline.Close}}
	return p, p.begin(ctx, "hello 0")
}

// begin hears what the program is; if it does not say, it is closed.
func (p *program) begin(ctx context.Context, line string) (err error) {
	limited, cancel := context.WithTimeoutCause(ctx, patience, errHang)
	defer cancel()
	if p.hello, err = p.talker.Ask(limited, "hello", "%s", line); err != nil {
		return errors.Join(err, p.close())
	}
	return nil
}
