package alloc

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/worker"
)

// workerEnv says, in a child, that it is a worker, and of which system.
const workerEnv = "SHMBENCH_ALLOC_WORKER"

// Init turns this process into a worker if Run started it as one: then it does
// not return. Call it at the start of main, behind engine.Init.
func Init() { worker.Main(workerEnv, work) }

// Files that a worker gets: those that it works on come behind the pipes.
const (
	fileFirst = worker.Files + iota
	fileSecond
)

// A program is what one kind of worker in Go does. ready is called before each
// window, and run does what the window is for.
type program interface {
	ready(j *job) error
	run(j *job) error
}

// A job is one line "run", and the window that follows.
type job struct {
	kind    string
	system  string
	index   int
	parties int
	cpus    string // such as 0 or 0,1
	bytes   int
	tally
	limit uint64 // when the window is over
	clock *clock.Clock
}

// over reports whether the window is.
func (j *job) over() bool { return j.clock.Now() >= j.limit }

// grace is how long after the window's end a party still waits for the other one, which
// may have failed or died.
const grace = uint64(time.Second)

var errAlone = errors.New("the other party neither makes blocks nor takes them")

// alone reports, now and then, whether the other party is waited for in vain.
func (j *job) alone(turns int) bool { return turns%1024 == 1023 && j.clock.Now() > j.limit+grace }

// words is how many words of 64 bits a block has.
func (j *job) words() int { return j.bytes / 8 }

// work is the main function of a worker.
func work(system string) error {
	console, err := worker.Open()
	if err != nil {
		return err
	}
	does, err := newProgram(system)
	if err != nil {
		return err
	}
	c := clock.New()
	return console.Serve(func(line string) (string, error) { return obey(does, &c, line, console) })
}

func newProgram(system string) (program, error) {
	switch system {
	case Shmarena:
		return newOurs()
	case Mmap:
		return newMapper()
	case Go:
		return &onHeap{}, nil
	case SyncMap:
		return &syncMap{}, nil
	}
	return nil, errors.New("no such kind of worker")
}

// obey takes part in one measurement and returns what came of it.
func obey(does program, c *clock.Clock, line string, console worker.Console) (reply string, err error) {
	j := &job{clock: c}
	if _, err := fmt.Sscanf(line, "run %s %s %d %d %s %d", &j.kind, &j.system, &j.index, &j.parties, &j.cpus, &j.bytes); err != nil {
		return "", fmt.Errorf("%q: %w", line, err)
	}
	if j.index < 0 || j.index > 1 || j.parties < 1 || j.parties > 2 || j.bytes < 16 {
		return "", fmt.Errorf("party %d of %d, blocks of %d bytes", j.index, j.parties, j.bytes)
	}
	if err := machine.PinTo(j.cpus); err != nil {
		return "", err
	}
	if err := does.ready(j); err != nil {
		return "", err
	}
	begin, limit, err := console.Window()
	if err != nil {
		return "", err
	}
	j.limit = limit
	if several, ok := does.(together); ok {
		return several.runAll(j, begin)
	}
	return j.measure(does, begin)
}

// busy adds numbers up.
func (j *job) busy() {
	for i := uint64(0); i == 0 || i%batch != 0 || !j.over(); i++ {
		j.sum += number(j.index, i)
		j.ops++
	}
}

// measure is the frame around one party's window.
func (j *job) measure(does program, begin uint64) (string, error) {
	for j.clock.Now() < begin {
		runtime.Gosched()
	}
	j.begin = j.clock.Now()
	err := does.run(j)
	if j.end == 0 {
		j.end = j.clock.Now()
	}
	return j.done(), err
}

func (t *tally) done() string {
	return fmt.Sprintf("done %d %d %d %d", t.ops, t.sum, t.begin, t.end)
}

// wrong is what a worker says of a number that is not the one that it wrote.
func wrong(got, want uint64) error {
	return fmt.Errorf("a block holds %#x, not %#x", got, want)
}
