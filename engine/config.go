package engine

import (
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/shmarena"
)

// Mode says what runs the kernels.
type Mode uint8

const (
	// Processes runs kernels in worker processes.
	Processes Mode = iota
	// Goroutines runs kernels on goroutines of this process: nothing survives a
	// crash, and nothing needs to be started.
	Goroutines
)

// Config says how an engine is made. Its zero value works.
type Config struct {
	// Workers is the number of workers; 0 means one for each CPU that this
	// process may use. At most 256.
	Workers int
	// Mode says what a worker is: a process, or a goroutine.
	Mode Mode
	// ArenaSize is the capacity of the data arena in bytes. Memory is taken as
	// arrays are allocated, so it may be large. 0 means 64 GiB, halved until the
	// machine could fill it.
	ArenaSize int64
	// Backing says what kind of memory the data arena is made of.
	Backing shmarena.Backing
	// Name links the data arena under a name, for other programs, and with worker
	// processes the engine's control arena under Name + ".engine", for [LookAt] and
	// shmbench top. An arena with a name outlives a killed coordinator, until it is
	// swept; that of the data stays after Close too.
	Name string
	// Retries is how often a partition, or an idempotent task, is begun anew after its
	// worker died.
	// 0 means 3; a negative number means never.
	Retries int
	// PartitionTimeout is how long a worker may take for one partition or task before
	// it is killed and replaced. 0 means for ever.
	PartitionTimeout time.Duration
	// Grace is how long running partitions and tasks may take to end after they were
	// cancelled, before their workers are killed. 0 means 1 s.
	Grace time.Duration
	// Command is the worker's program and its arguments. Empty means this
	// program. A program of its own registers the same kernels and calls Init.
	Command []string
	// WorkerMemory is the limit in bytes at which a worker's garbage collector
	// begins to work; it has nothing to do with shared memory. 0 means 256 MiB.
	WorkerMemory int64
	// MaxTasks is how many tasks a worker process runs before another takes its
	// place: a remedy for functions that leak. It is looked at between batches; jobs
	// of kernels do not count. 0 means no limit.
	MaxTasks int
	// Spares is how many processes wait for calls of [Func.Isolated], from the first
	// one on. 0 means 2.
	Spares int
	// RecycleMemory is how many bytes of its own a worker process may have before
	// another takes its place: what a function of Go or C has leaked, and caches. It is
	// looked at between tasks, and between partitions, when garbage has been collected;
	// shared memory does not count. 0 means no limit.
	RecycleMemory int64
	// IdleTimeout is after what time without anything to do a worker process ends. It
	// is started again when there is more to do than there are workers, which costs a
	// few milliseconds then. 0 means never.
	IdleTimeout time.Duration
	// WorkerInit is run once in each worker, before anything else is. nil means nothing.
	WorkerInit *Initializer
	// Limits are bounds for worker processes, and for those of [Func.Isolated]: CPUs,
	// resources, files, system calls. They hold before WorkerInit is run; [Engine.Report]
	// says which do. With Goroutines they are for isolated calls alone. The zero value is none.
	Limits limits.Limits
	// Progress, if it is there, is told how far jobs of kernels are: of each about ten
	// times a second, and of one that was told of once more at its end. It is called by one
	// goroutine, never by two at once, and never for a job whose Run has returned. Run
	// waits for a call that is under way, so it should be quick; it may use the engine,
	// but a job that it waits for is not told of meanwhile. nil means nothing.
	Progress func(Progress)
	// Help has whoever waits for a job or a task run partitions and tasks too, on its own
	// goroutine, as one more worker (number Workers): the coordinator's CPU does not lie
	// idle, and a short job is split without waking anybody. It is off by default, since
	// it runs kernels inside the service: there a fault outside of Go's memory is a
	// recovered panic, but a crash of native code ends the program, memory that leaks stays,
	// PartitionTimeout and Grace kill nobody, and a runtime.Goexit ends the goroutine that
	// waits. What a worker has died of is left to workers. WorkerInit is run in the coordinator as well. Who waits for its own task may
	// run another's before it returns. With Goroutines it has no meaning.
	Help bool
	// PartitionRows is how many rows a partition has, for jobs: a power of two times
	// LeafRows. 0 chooses: few partitions cost less, many are shared out more evenly.
	PartitionRows int
	// Logger hears of deaths, retries and replacements. nil means silence.
	Logger *slog.Logger
}

const (
	defaultArena   = 64 << 30
	defaultRetries = 3
	defaultGrace   = time.Second
	defaultMemory  = 256 << 20
	defaultSpares  = 2
)

// Validate says what is wrong with c.
func (c Config) Validate() error {
	switch {
	case c.Workers < 0 || c.Workers > maxWorkers:
		return fmt.Errorf("engine: Config.Workers is %d: 0 (one for each CPU) to %d", c.Workers, maxWorkers)
	case c.Mode > Goroutines:
		return fmt.Errorf("engine: Config.Mode is %d: Processes or Goroutines", c.Mode)
	case c.ArenaSize < 0:
		return fmt.Errorf("engine: Config.ArenaSize is %d: a number of bytes", c.ArenaSize)
	case c.PartitionTimeout < 0 || c.Grace < 0:
		return fmt.Errorf("engine: Config.PartitionTimeout is %v, Grace %v: not negative", c.PartitionTimeout, c.Grace)
	case c.PartitionRows != 0 && (c.PartitionRows < LeafRows || c.PartitionRows&(c.PartitionRows-1) != 0):
		return fmt.Errorf("engine: Config.PartitionRows is %d: 0 (chosen) or a power of two from %d on", c.PartitionRows, LeafRows)
	case c.MaxTasks < 0:
		return fmt.Errorf("engine: Config.MaxTasks is %d: 0 (no limit) or a number of tasks", c.MaxTasks)
	case c.RecycleMemory < 0 || c.IdleTimeout < 0:
		return fmt.Errorf("engine: Config.RecycleMemory is %d, IdleTimeout %v: not negative", c.RecycleMemory, c.IdleTimeout)
	case c.Spares < 0:
		return fmt.Errorf("engine: Config.Spares is %d: 0 (two) or a number of processes", c.Spares)
	case c.WorkerMemory < 0:
		return fmt.Errorf("engine: Config.WorkerMemory is %d: a number of bytes", c.WorkerMemory)
	}
	return c.Limits.Validate()
}

// withDefaults is c with its zero values filled in.
func (c Config) withDefaults() Config {
	if c.Workers == 0 {
		c.Workers = runtime.NumCPU()
	}
	if c.Retries == 0 {
		c.Retries = defaultRetries
	}
	c.Retries = min(max(c.Retries, 0), attemptMax-1)
	if c.Grace == 0 {
		c.Grace = defaultGrace
	}
	if c.WorkerMemory == 0 {
		c.WorkerMemory = defaultMemory
	}
	if c.Spares == 0 {
		c.Spares = defaultSpares
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
