package lock

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/shmengine/shmengine/engine/process"
)

// workerEnv says, in a child, that it is a worker, and of which system.
const workerEnv = "SHMBENCH_LOCK_WORKER"

// Init turns this process into a worker if Run started it as one: then it does
// not return. Call it at the start of main, behind engine.Init.
func Init() {
	system, ok := os.LookupEnv(workerEnv)
	if !ok {
		return
	}
	os.Unsetenv(workerEnv)
	if err := work(system); err != nil {
		fmt.Fprintf(os.Stderr, "shmbench: %s worker: %v\n", system, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Files that a worker gets: the board, and for futex the arena.
const (
	fileIn = iota
	fileOut
	fileBoard
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
	clock clock
	board *board
	turns uint64 // of think, for the time that was asked for
	does  program
	out   io.Writer
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
	if err := process.EndWithParent(); err != nil {
		return err
	}
	debug.SetGCPercent(-1)
	files, err := inherited(system)
	if err != nil {
		return err
	}
	mem, err := mapBoard(files[fileBoard])
	if err != nil {
		return err
	}
	h := &hand{clock: newClock(), board: viewBoard(mem), out: files[fileOut]}
	if h.does, err = newProgram(system, files); err != nil {
		return err
	}
	lines := bufio.NewScanner(files[fileIn])
	for lines.Scan() {
		reply, err := h.obey(lines.Text())
		if err != nil {
			reply = "error " + strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if _, err := fmt.Fprintln(h.out, reply); err != nil {
			return err
		}
	}
	return lines.Err() // the pipe is closed: the one who started us is done
}

func inherited(system string) (files []*os.File, err error) {
	names := []string{"pipe", "pipe", "board", "arena"}
	if system != Futex {
		names = names[:fileArena]
	}
	for i, name := range names {
		f, err := process.Inherited(i, name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func newProgram(system string, files []*os.File) (program, error) {
	switch system {
	case Futex:
		return openFutex(files[fileArena])
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
	if err := pinTo(cpus); err != nil {
		return "", err
	}
	return fmt.Sprint("turns ", h.clock.calibrate(time.Duration(ns))), nil
}

// pinTo binds this process to a list of CPUs.
func pinTo(text string) error {
	var list []int
	for word := range strings.SplitSeq(text, ",") {
		cpu, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		list = append(list, cpu)
	}
	return pin(list...)
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
	if err := pinTo(j.cpus); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(h.out, "ready"); err != nil {
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
	s.begin = h.clock.now()
	err := loop(s)
	if s.end == 0 {
		s.end = h.clock.now()
	}
	return err
}

func (h *hand) own(line string) (string, error) {
	var system, cpus string
	if _, err := fmt.Sscanf(line, "own %s %s", &system, &cpus); err != nil {
		return "", err
	}
	if err := pinTo(cpus); err != nil {
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
	if err := pinTo(cpus); err != nil {
		return "", err
	}
	s := &h.board.slot[index]
	*s = slot{}
	if _, err := fmt.Fprintln(h.out, "waiting"); err != nil {
		return "", err
	}
	return "done", h.does.inherit(h, s)
}
