package process

import (
	"context"
	"fmt"
	"os"
)

// A Job is an entry that runs, or ran, in a process of a Starter. All methods may be called
// by any goroutine.
type Job struct {
	owner *Starter
	entry *Entry
	args  []string
	done  chan struct{}

	// Guarded by owner.mu until done is closed.
	at     *spare   // where it runs; nil between two spares and for Spawn
	p      *Process // likewise, and of the last one afterwards
	doomed bool     // Kill or Terminate was called: no other spare gets it
	tries  int      // spares that were dead when it came to them

	exit exit // written before done is closed
}

// Name returns the entry's name.
func (j *Job) Name() string { return j.entry.name }

// PID returns the id of the process that runs the job, for people and tools.
func (j *Job) PID() int {
	j.owner.mu.Lock()
	defer j.owner.mu.Unlock()
	return j.p.PID()
}

// Done returns a channel that is closed when the job has ended, and with it its process,
// unless that has more jobs to do.
func (j *Job) Done() <-chan struct{} { return j.done }

// Join waits until the job has ended, as Process.Join does; but output that goes through a
// writer may still be on its way.
func (j *Job) Join(ctx context.Context) error {
	select {
	case <-j.done:
		return nil
	default:
	}
	select {
	case <-j.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("process: join job %s: %w", j.entry.name, ctx.Err())
	}
}

// ExitCode returns how the job ended, as Process.ExitCode does.
func (j *Job) ExitCode() (int, bool) {
	select {
	case <-j.done:
		return j.exit.code, j.exit.known
	default:
		return 0, false
	}
}

// ExitSignal returns the signal that ended the job, nil if none did or it still runs.
func (j *Job) ExitSignal() os.Signal {
	select {
	case <-j.done:
		return j.exit.signal
	default:
		return nil
	}
}

// StderrTail returns the last that the job's process wrote to its standard error: jobs that
// it did before are in it.
func (j *Job) StderrTail() string {
	j.owner.mu.Lock()
	defer j.owner.mu.Unlock()
	return j.p.StderrTail()
}

// Kill ends the job and its process by SIGKILL. It does nothing, and returns nil, if the
// job has ended: it never hits the next job of the same process.
func (j *Job) Kill() error { return j.end((*Process).Kill) }

// Terminate is Kill with SIGTERM.
func (j *Job) Terminate() error { return j.end((*Process).Terminate) }

func (j *Job) end(how func(*Process) error) error {
	j.owner.mu.Lock()
	defer j.owner.mu.Unlock()
	j.doomed = true
	if j.at == nil || j.at.job != j {
		return nil
	}
	return how(j.p)
}

// finish records how the job ended and lets everybody know.
func (j *Job) finish(e exit) {
	j.exit = e
	close(j.done)
}
