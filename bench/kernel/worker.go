package kernel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/kernels"
)

// workerEnv says, in a child, that it is a worker, and of which system.
const workerEnv = "SHMBENCH_KERNEL_WORKER"

// levelEnv makes package kernels use one of its levels.
const levelEnv = "SHMENGINE_KERNELS"

// Init turns this process into a worker if Run started it as one: then it does not return.
// Call it at the start of main, behind engine.Init.
func Init() { worker.Main(workerEnv, work) }

// A hand is a worker in Go.
type hand struct {
	does    map[string]func(*operands)
	cpus    []int // that this process may use
	clock   clock.Clock
	console worker.Console
	made    *operands
	op      string
}

// work is the main function of a worker. The collector is off: no operation allocates.
//
// Only the thread that computes has the CPU of the run, where there are others: the
// runtime's monitor looks every 20 us at a program that has just begun to work, and on
// the same CPU it took a seventh of each window. The goroutine is not locked to that
// thread, where yielding, as long calls do, would cost two changes of threads: with one
// processor it stays there, as it does not block within a window.
func work(system string) error {
	debug.SetGCPercent(-1)
	runtime.GOMAXPROCS(1)
	console, err := worker.Open()
	if err != nil {
		return err
	}
	does, err := programOf(system)
	if err != nil {
		return err
	}
	cpus, err := machine.CPUs()
	if err != nil {
		return err
	}
	h := &hand{does: does, cpus: cpus, clock: clock.New(), console: console}
	return console.Serve(h.obey)
}

func programOf(system string) (map[string]func(*operands), error) {
	switch system {
	case AVX512, AVX2, Go:
		return ours, kernels.Check()
	case Std:
		return standard, nil
	case Gonum:
		return gonums, nil
	}
	return nil, fmt.Errorf("no such kind of worker: %q", system)
}

// obey does what one line asks for: "make OP TYPE N THRESHOLD", or "run NAME CPU OP TYPE"
// and then a window.
func (h *hand) obey(line string) (string, error) {
	var op, typ, name string
	var n, cpu int
	var threshold float64
	if _, err := fmt.Sscanf(line, "make %s %s %d %g", &op, &typ, &n, &threshold); err == nil && n > 0 {
		if h.made != nil {
			if err := h.made.free(); err != nil {
				return "", err
			}
		}
		h.op = op
		h.made, err = newOperands(op, typ, n, threshold)
		return "made", err
	}
	if _, err := fmt.Sscanf(line, "run %s %d %s %s", &name, &cpu, &op, &typ); err != nil || h.made == nil || op != h.op {
		return "", fmt.Errorf("no such command: %q", line)
	}
	does := h.does[name]
	if does == nil {
		return "", fmt.Errorf("no such operation: %q", name)
	}
	if err := bind(cpu, h.cpus); err != nil {
		return "", err
	}
	h.made.move(op)
	begin, limit, err := h.console.Window()
	if err != nil {
		return "", err
	}
	calls, took := h.window(does, begin, limit)
	return fmt.Sprintf("done %d %d %s", calls, took, strconv.FormatFloat(h.made.digest(op), 'g', 17, 64)), nil
}

// window calls an operation until the window is over, at least once. The clock is read once
// for many calls of a short one.
func (h *hand) window(does func(*operands), begin, limit uint64) (calls, took uint64) {
	o := h.made
	batch := uint64(1<<16/max(len(o.x), len(o.ix)) + 1)
	for h.clock.Now() < begin {
	}
	from := h.clock.Now()
	for {
		for range batch {
			does(o)
		}
		calls += batch
		if now := h.clock.Now(); now >= limit {
			return calls, now - from
		}
	}
}
