package systems

import (
	"context"
	"fmt"
	"os"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
)

// Names of the systems, as reports have them.
const (
	Engine       = "engine"
	EngineCopyIn = "engine-copyin"
	Goroutines   = "goroutines"
	Single       = "single"
	Pipe         = "pipe"
	PipeGob      = "pipe-gob"
	PyPool       = "py-pool"
)

// A System is one way to run the main job.
type System interface {
	// Name returns the system's name in reports.
	Name() string
	// PIDs returns the processes that work for this system, without this one.
	PIDs() []int
	// Prepare puts the table where the system wants its input.
	Prepare(context.Context, flights.Columns) (Job, error)
	// Close ends the system's processes and frees what it holds.
	Close() error
}

// A Job is the main job over one table.
type Job interface {
	// Run runs the job once.
	Run(context.Context) (*byhour.Partial, error)
	// UserCopied returns how many bytes of input one run copies by plain
	// stores, where the kernel does not see it.
	UserCopied() int64
	// Close frees what Prepare made.
	Close() error
}

// Exact tells whether a system's answers have the same bits as the
// goroutines': Python's sums are its own.
func Exact(name string) bool { return name != PyPool }

// workerEnv says, in a child, which kind of worker it is.
const workerEnv = "SHMBENCH_WORKER"

// Init turns this process into a worker if a pipe system started it as one:
// then it does not return. Call it at the start of main, behind engine.Init.
func Init() {
	kind, ok := os.LookupEnv(workerEnv)
	if !ok {
		return
	}
	os.Unsetenv(workerEnv)
	if err := work(kind); err != nil {
		fmt.Fprintf(os.Stderr, "shmbench: %s worker: %v\n", kind, err)
		os.Exit(1)
	}
	os.Exit(0)
}
