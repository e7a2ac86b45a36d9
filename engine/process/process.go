package process

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Process is a child process that was started by Start.
type Process struct {
	pid     int
	name    string
	handle  *os.File  // pidfd; closed by the reaper once the child is reaped
	exit    exit      // written by the reaper before done is closed, read only after it
	tail    *tail     // last part of stderr
	streams []*stream // outputs that pass through this process
	done    chan struct{}
}

// exit is how a process ended.
type exit struct {
	code   int       // exit code, or minus the signal's number
	signal os.Signal // nil unless a signal ended it
	known  bool      // false if somebody else in this process reaped the child
}

// Start starts a child process. If it fails, no process and no descriptor is left, and
// the error wraps the system's errno (ENOENT, EACCES, EAGAIN, EMFILE, ENOMEM, ...). What
// would become a fork bomb is ErrNoInit or ErrRecursion.
func Start(c Command) (*Process, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	err := c.guard()
	if err != nil {
		return nil, fmt.Errorf("process: start %s: %w", c.name(), err)
	}
	p, err := start(&c)
	if err != nil {
		return nil, fmt.Errorf("process: start %s: %w", c.name(), err)
	}
	return p, nil
}

// PID returns the process id. It says which process this is to people and to tools; to
// signal the process use Kill, Terminate or Signal, which cannot hit a stranger.
func (p *Process) PID() int { return p.pid }

// Name returns what people call the process; see Command.Name.
func (p *Process) Name() string { return p.name }

// Done returns a channel that is closed when the process has ended and was reaped.
// ExitCode, ExitSignal and StderrTail are final from then on.
func (p *Process) Done() <-chan struct{} { return p.done }

// Alive reports whether the process has not ended yet. A stopped process is alive.
func (p *Process) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Join waits until the process has ended and its output was passed on. It returns nil
// however the process ended (ask ExitCode), or the context's error if the context ends
// first: at once if it is over already, and without any effect on the process. It may be
// called any number of times, from any goroutine.
func (p *Process) Join(ctx context.Context) error {
	if err := p.wait(ctx, p.done); err != nil {
		return err
	}
	for _, s := range p.streams {
		if err := p.wait(ctx, s.passed); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for one channel of the process; a channel that is ready wins over a context
// that is over.
func (p *Process) wait(ctx context.Context, ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	default:
	}
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("process: join pid %d: %w", p.pid, ctx.Err())
	}
}

// Kill sends SIGKILL. It does nothing, and returns nil, if the process has ended.
func (p *Process) Kill() error { return unlessDone(p.Signal(os.Kill)) }

// Terminate sends SIGTERM. It does nothing, and returns nil, if the process has ended.
func (p *Process) Terminate() error { return unlessDone(p.Signal(sigTerminate)) }

// Signal sends a signal. It returns os.ErrProcessDone if the process has ended.
func (p *Process) Signal(sig os.Signal) error {
	if err := p.signal(sig); err != nil {
		return fmt.Errorf("process: signal %v to pid %d: %w", sig, p.pid, err)
	}
	return nil
}

// unlessDone drops the error of a signal that came too late.
func unlessDone(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// ExitCode returns how the process ended: its exit code, or minus the number of the
// signal that ended it (-9 is SIGKILL). It is false while the process runs, and if other
// code of this program reaped the child so that its status is lost.
func (p *Process) ExitCode() (int, bool) {
	if p.Alive() {
		return 0, false
	}
	return p.exit.code, p.exit.known
}

// ExitSignal returns the signal that ended the process, a syscall.Signal; nil if none did
// or it still runs.
func (p *Process) ExitSignal() os.Signal {
	if p.Alive() {
		return nil
	}
	return p.exit.signal
}

// StderrTail returns the last 8 KiB of what the process wrote to its standard error so
// far, from the start of a line.
func (p *Process) StderrTail() string { return p.tail.String() }

// String names the process and its state, for logs.
func (p *Process) String() string {
	code, known := p.ExitCode()
	switch {
	case p.Alive():
		return fmt.Sprintf("pid %d", p.pid)
	case !known:
		return fmt.Sprintf("pid %d (ended, status lost)", p.pid)
	case p.exit.signal != nil:
		return fmt.Sprintf("pid %d (signal: %v)", p.pid, p.exit.signal)
	default:
		return fmt.Sprintf("pid %d (exit code %d)", p.pid, code)
	}
}
