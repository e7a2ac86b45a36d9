package lock

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

// workerEnv says, in a child, that it is a worker, and of which system.
const workerEnv = "SHMBENCH_LOCK_WORKER"

// Init turns this process into a worker if Run started it as one: then it does
// not return. Call it at the start of main, behind engine.Init.
func Init() { worker.Main(workerEnv, work) }

// Files that a worker gets: the board, and for futex the arena.
const (
	fileBoard = worker.Files + iota
	fileArena
)

// A program is what one kind of worker in Go does. The lines that ask for it are
// the same for all, in twin.c too.
type program interface {
	set(kind string, parties int) error
	run(h *hand, j job) error
	count() uint64
	own() error
	inherit(h *hand, s *slot) error
}

// A hand is a worker in Go.
type hand struct {
	clock   clock.Clock
	board   *board
	turns   uint64 // of think, for the time that was asked for
	does    program
	console worker.Console
}

// A job is one line "run".
type job struct {
	kind    string
	system  string
	index   int
	parties int
	cpus    string // such as 0 or 0,1
	ops     uint64
	seq     uint32
}

// work is the main function of a worker. The collector is off, as in the
// engine's workers: no loop allocates.
func work(system string) error {
	debug.SetGCPercent(-1)
	console, err := worker.Open()
	if err != nil {
		return err
	}
	file, err := process.Inherited(fileBoard, "board")
	if err != nil {
		return err
	}
	mem, err := mapBoard(file)
	if err != nil {
		return err
	}
	h := &hand{clock: clock.New(), board: viewBoard(mem), console: console}
	if h.does, err = newProgram(system); err != nil {
		return err
	}
	return console.Serve(h.obey)
}

func newProgram(system string) (program, error) {
	switch system {
	case Futex:
		file, err := process.Inherited(fileArena, "arena")
		if err != nil {
			return nil, err
		}
		return openFutex(file)
	case Sync:
		return &inProcess{}, nil
	}
	return nil, errors.New("no such kind of worker")
}

// obey does what one line asks for and returns the answer.
func (h *hand) obey(line string) (reply string, err error) {
	word, _, _ := strings.Cut(line, " ")
	switch word {
	case "set":
		var kind, system string
		var parties int
		if _, err := fmt.Sscanf(line, "set %s %s %d", &kind, &system, &parties); err != nil {
			return "", err
		}
		return "ok", h.does.set(kind, parties)
	case "calibrate":
		return h.calibrate(line)
	case "think":
		_, err := fmt.Sscanf(line, "think %d", &h.turns)
		return "ok", err
	case "run":
		return h.run(line)
	case "count":
		return fmt.Sprint("count ", h.does.count()), nil
	case "own":
		return h.own(line)
	case "inherit":
		return h.inherit(line)
	}
	return "", fmt.Errorf("no such command: %q", line)
}

func (h *hand) calibrate(line string) (string, error) {
	var ns int64
	var cpus string
	if _, err := fmt.Sscanf(line, "calibrate %d %s", &ns, &cpus); err != nil {
		return "", err
	}
	if err := machine.PinTo(cpus); err != nil {
		return "", err
	}
	return fmt.Sprint("turns ", calibrate(&h.clock, time.Duration(ns))), nil
}

// run takes part in one measurement.
func (h *hand) run(line string) (string, error) {
	var j job
	if _, err := fmt.Sscanf(line, "run %s %s %d %d %s %d %d", &j.kind, &j.system, &j.index, &j.parties, &j.cpus, &j.ops, &j.seq); err != nil {
		return "", err
	}
	if j.index < 0 || j.parties < 1 || j.index+1 > maxWorkers || j.parties > maxWorkers {
		return "", fmt.Errorf("worker %d of %d", j.index, j.parties)
	}
	if err := machine.PinTo(j.cpus); err != nil {
		return "", err
	}
	if err := h.console.Say("ready"); err != nil {
		return "", err
	}
	return "done", h.does.run(h, j)
}

// measure is the frame around a worker's loop.
func (h *hand) measure(j job, loop func(*slot) error) error {
	s := &h.board.slot[j.index]
	*s = slot{}
	for h.board.start.Load() != j.seq {
		runtime.Gosched()
		yieldCPU()
	}
	if j.kind == kindContend {
		h.warmUp(s)
	}
	s.begin = h.clock.Now()
	err := loop(s)
	if s.end == 0 {
		s.end = h.clock.Now()
	}
	return err
}

func (h *hand) own(line string) (string, error) {
	var system, cpus string
	if _, err := fmt.Sscanf(line, "own %s %s", &system, &cpus); err != nil {
		return "", err
	}
	if err := machine.PinTo(cpus); err != nil {
		return "", err
	}
	return "held", h.does.own()
}

func (h *hand) inherit(line string) (string, error) {
	var system, cpus string
	var index int
	if _, err := fmt.Sscanf(line, "inherit %s %d %s", &system, &index, &cpus); err != nil {
		return "", err
	}
	if index < 0 || index >= maxWorkers {
		return "", fmt.Errorf("worker %d", index)
	}
	if err := machine.PinTo(cpus); err != nil {
		return "", err
	}
	s := &h.board.slot[index]
	*s = slot{}
	if err := h.console.Say("waiting"); err != nil {
		return "", err
	}
	return "done", h.does.inherit(h, s)
}
