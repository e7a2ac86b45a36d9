package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shmengine/shmengine/shmarena"
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
	// ErrShutdown is returned for work on an engine that was shut down. It is an ErrClosed.
	ErrShutdown = fmt.Errorf("%w: shut down", ErrClosed)
	// ErrPoisoned is returned for rows or a task that were tried as often as they may be and
	// killed their worker each time. The error is a [*WorkerError] too.
	ErrPoisoned = errors.New("engine: kills every worker that runs it")
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
	Worker    int // index; -1 for the process of an isolated call
	PID       int
	ExitCode  int // negative for a signal
	Reason    string
	Kernel    string
	Partition int
	Lo, Hi    int // rows of the partition
	Attempts  int
	Dirty     bool   // the kernel may have changed some of the rows, or the function done something
	Stderr    string // the last bytes that the worker wrote there
	Fault     *Fault // where it touched memory that it must not, if that is known

	task     bool // Kernel is a Func, and Lo the number of the task in its batch
	poisoned bool
	cause    error // of an isolated call: the panic that ended the process
}

// Unwrap returns [ErrPoisoned] if every worker that began died, and the [*FuncError] of
// the panic that ended an isolated call.
func (e *WorkerError) Unwrap() (causes []error) {
	if e.poisoned {
		causes = append(causes, ErrPoisoned)
	}
	if e.cause != nil {
		causes = append(causes, e.cause)
	}
	return causes
}

func (e *WorkerError) Error() string {
	var b strings.Builder
	who := fmt.Sprintf("worker %d", e.Worker)
	if e.Worker < 0 {
		who = "isolated worker"
	}
	fmt.Fprintf(&b, "engine: %s (pid %d) died (%s) in ", who, e.PID, e.Reason)
	switch {
	case e.task:
		fmt.Fprintf(&b, "task %s, attempt %d", e.Kernel, e.Attempts)
	default:
		fmt.Fprintf(&b, "kernel %s, partition %d (rows %d to %d), attempt %d", e.Kernel, e.Partition, e.Lo, e.Hi, e.Attempts)
	}
	switch {
	case e.Dirty && e.task:
		b.WriteString(": the function is NoRetry and had begun")
	case e.Dirty:
		b.WriteString(": the kernel is NoRetry and these rows are dirty")
	}
	if e.Fault != nil {
		b.WriteString("; the fault was at " + e.Fault.String())
	}
	if tail := strings.TrimSpace(e.Stderr); tail != "" {
		b.WriteString("; its last words: " + tail)
	}
	return b.String()
}

// errNoRoom is for a result for which the arena has no room.
var errNoRoom = fmt.Errorf("the result: %w", shmarena.ErrNoSpace)

// A FuncError is what a task returned or panicked with. errors.Is and errors.As find
// the errors in it that were given to [RegisterError]; without a process between,
// the error itself.
type FuncError struct {
	Func    string
	Message string // the error's text, or the panic's value
	Type    string // the Go type of the error, or of the panic's value
	Stack   string // of a panic; of an error that knows its own
	Panic   bool

	causes []error
}

func (e *FuncError) Error() string {
	if e.Panic {
		return fmt.Sprintf("engine: task %s panicked: %s", e.Func, e.Message)
	}
	return fmt.Sprintf("engine: task %s: %s", e.Func, e.Message)
}

// Unwrap returns the registered errors that the task's error wraps.
func (e *FuncError) Unwrap() []error { return e.causes }
