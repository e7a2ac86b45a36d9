package engine

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrNoInit is returned by [Start] when this process has not called [Init]:
	// a worker would run main again instead of becoming a worker.
	ErrNoInit = errors.New("engine: Init was not called: call engine.Init() in the first line of main")
	// ErrNested is returned by [Start] in a worker.
	ErrNested = errors.New("engine: a worker cannot start an engine")
	// ErrClosed is returned for work on a closed engine.
	ErrClosed = errors.New("engine: closed")
	// ErrCancelled is what [Task.Err] returns in a kernel whose job is not wanted any more.
	ErrCancelled = errors.New("engine: job cancelled")
	// ErrLength is returned for columns of different lengths.
	ErrLength = errors.New("engine: lengths differ")
	// ErrOverlap is returned when a column that is written shares memory with another.
	ErrOverlap = errors.New("engine: a written column overlaps another one")
	// ErrWorkerStart is returned when workers cannot be started or refuse the job.
	ErrWorkerStart = errors.New("engine: worker did not start")
	// ErrQuarantined is returned when a worker past its deadline could not be
	// killed: the job's outputs may still be written and must not be freed.
	ErrQuarantined = errors.New("engine: a worker could not be killed; outputs are quarantined")
)

// A TaskError is an error or a panic of a kernel.
type TaskError struct {
	Kernel    string
	Partition int
	Lo, Hi    int    // rows of the partition
	Message   string // the error's text, or the panic's value and stack
	Panic     bool

	cause error // the kernel's own error, where it did not cross a process
}

// Unwrap returns the kernel's own error in goroutine mode, nil otherwise.
func (e *TaskError) Unwrap() error { return e.cause }

func (e *TaskError) Error() string {
	verb := "failed"
	if e.Panic {
		verb = "panicked"
	}
	return fmt.Sprintf("engine: kernel %s %s in partition %d (rows %d to %d): %s",
		e.Kernel, verb, e.Partition, e.Lo, e.Hi, e.Message)
}

// A WorkerError says that a worker died and that its partition could not be
// done: because it was not to be retried, or was retried too often.
type WorkerError struct {
	Worker    int // index
	PID       int
	ExitCode  int // negative for a signal
	Reason    string
	Kernel    string
	Partition int
	Lo, Hi    int // rows of the partition
	Attempts  int
	Dirty     bool   // the kernel may have changed some of the rows
	Stderr    string // the last bytes that the worker wrote there
}

func (e *WorkerError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "engine: worker %d (pid %d) died (%s) in kernel %s, partition %d (rows %d to %d), attempt %d",
		e.Worker, e.PID, e.Reason, e.Kernel, e.Partition, e.Lo, e.Hi, e.Attempts)
	if e.Dirty {
		b.WriteString(": the kernel is NoRetry and these rows are dirty")
	}
	if tail := strings.TrimSpace(e.Stderr); tail != "" {
		b.WriteString("; its last words: " + tail)
	}
	return b.String()
}
