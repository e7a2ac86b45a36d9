package engine

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/engine/process"
)

// The environment of a worker. It is removed by Init, so that what a kernel
// starts is no worker.
const (
	workerEnv = "SHMENGINE_WORKER" // its index
	memoryEnv = "SHMENGINE_MEMORY" // Config.WorkerMemory
	tasksEnv  = "SHMENGINE_TASKS"  // Config.MaxTasks
	initEnv   = "SHMENGINE_INIT"   // the name of Config.WorkerInit

	isolatedEnv = "SHMENGINE_ISOLATED" // there are limits for the process of an isolated call

	idleEnv    = "SHMENGINE_IDLE"    // Config.IdleTimeout, in ns
	recycleEnv = "SHMENGINE_RECYCLE" // Config.RecycleMemory
)

// Files that a worker gets, as process.Command.Files.
const (
	controlFile = iota
	dataFile

	firstFile = 3 // the descriptor of the first of them
)

var initCalled, isWorker atomic.Bool

// Init makes this process a worker if a coordinator started it as one: then it
// does not return, and the process ends with its coordinator. The same goes for
// entries of package process. Otherwise it returns at once.
//
// Call it in the first line of main, before flags are parsed and before
// anything is started that a worker has no use for.
func Init() {
	initCalled.Store(true)
	seal()
	enterIsolated()
	process.Init() // it may be there for something else
	index, ok := os.LookupEnv(workerEnv)
	if !ok {
		return
	}
	isWorker.Store(true)
	code, err := exitFailed, limits.Enter(firstFile+controlFile, firstFile+dataFile)
	if err == nil {
		code, err = workerMain(index)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine: worker:", err)
	}
	os.Exit(code)
}

// TestMain runs the tests of m in a program whose engines start its own test
// binary as workers:
//
//	func TestMain(m *testing.M) { engine.TestMain(m) }
//
// m is a *testing.M; the engine does not import package testing into programs.
func TestMain(m interface{ Run() int }) {
	Init()
	os.Exit(m.Run())
}

// mayStart refuses to start processes that would not become workers, and
// workers of workers.
func mayStart() error {
	if isWorker.Load() {
		return ErrNested
	}
	if !initCalled.Load() {
		return ErrNoInit
	}
	return nil
}

// command is how worker i is started.
func (p *processes) command(i int) process.Command {
	c := process.Command{
		Env: []string{
			workerEnv + "=" + strconv.Itoa(i),
			memoryEnv + "=" + strconv.FormatInt(p.e.cfg.WorkerMemory, 10),
			tasksEnv + "=" + strconv.Itoa(p.e.cfg.MaxTasks),
			initEnv + "=" + p.e.cfg.WorkerInit.String(),
			idleEnv + "=" + strconv.FormatInt(int64(p.e.cfg.IdleTimeout), 10),
			recycleEnv + "=" + strconv.FormatInt(p.e.cfg.RecycleMemory, 10),
			"GOMAXPROCS=1",
		},
		Files:           []*os.File{controlFile: p.control.arena.File(), dataFile: p.e.arena.File()},
		IgnoreInterrupt: true,
		Lifeline:        true,
	}
	if l := p.e.cfg.Limits; !l.IsZero() {
		c.Env = append(c.Env, l.For(i, cgroupName()).Env())
	}
	if argv := p.e.cfg.Command; len(argv) > 0 {
		c.Path, c.Args = argv[0], argv[1:]
	}
	return c
}
