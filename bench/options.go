package bench

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/systems"
)

// Init makes this process a worker of a rival if one started it as such. Call
// it at the start of main, behind engine.Init.
func Init() { systems.Init() }

var (
	// ErrOptions says that options make no sense.
	ErrOptions = report.ErrOptions

	// ErrMachine says that the machine cannot do what was asked.
	ErrMachine = report.ErrMachine

	// ErrWrong says that a system's answer is not the right one.
	ErrWrong = report.ErrWrong
)

// Options say what to measure. The zero value is the default run.
type Options struct {
	// Workers is how many workers each system has; 0 means one for each CPU.
	Workers int
	// Size is how many bytes of rows are worked on, 24 a row; 0 means 512 MiB,
	// or less where memory is short.
	Size int64
	// Data is a Parquet file of flights; "" is the sample in the program.
	Data string
	// Reps is how many timed rounds there are; 0 means 15. Slow systems take
	// part in fewer.
	Reps int
	// Corrupt names a system whose last answer is falsified, to show that this
	// is seen.
	Corrupt string
	// Progress hears of each run that is done, and of how many there will be.
	Progress func(done, total int)
	// Begin gets what is known before anything is measured.
	Begin func(Meta)
	// Measured gets each figure as soon as it is there.
	Measured func(Measurement)
}

const (
	maxWorkers  = 256
	defaultReps = 15
	defaultSize = 512 << 20
	leastSize   = 16 << 20 // to which the default shrinks
	maxReps     = 10_000
)

// Validate says what is wrong with o.
func (o Options) Validate() error {
	switch {
	case o.Workers < 0 || o.Workers > maxWorkers:
		return fmt.Errorf("%w: %d workers (want 1 to %d)", ErrOptions, o.Workers, maxWorkers)
	case o.Size < 0 || o.Size > 0 && o.Size < flights.RowBytes:
		return fmt.Errorf("%w: a size of %d bytes (a row has %d)", ErrOptions, o.Size, flights.RowBytes)
	case o.Reps < 0 || o.Reps > maxReps:
		return fmt.Errorf("%w: %d repetitions (want 1 to %d)", ErrOptions, o.Reps, maxReps)
	case o.Corrupt != "" && !slices.Contains(Systems(), o.Corrupt):
		return fmt.Errorf("%w: no system %q (there are %v)", ErrOptions, o.Corrupt, Systems())
	}
	return nil
}

// Systems returns the names of all systems.
func Systems() []string {
	return []string{systems.Engine, systems.EngineCopyIn, systems.Goroutines, systems.Single, systems.Pipe, systems.PipeGob, systems.PyPool}
}

func (o Options) withDefaults() Options {
	if o.Workers == 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Reps == 0 {
		o.Reps = defaultReps
	}
	return o
}

// need returns about how much memory a run takes: the rows three times (Go
// slices, arena, and the arena's target of the copy), and the processes.
func (o Options) need(size, once int64) int64 {
	const process = 64 << 20 // engine, pipe, gob and Python, a worker of each
	return 3*size + 2*once + int64(o.Workers+1)*process
}

// fitSize sets the default size, or checks the one that was asked for.
func (o *Options) fitSize(once int64) error {
	free, known := machine.Memory()
	if o.Size == 0 {
		o.Size = defaultSize
		for known && o.Size > leastSize && o.need(o.Size, once) > free/2 {
			o.Size /= 2
		}
	}
	if need := o.need(o.Size, once); known && need > free {
		return fmt.Errorf("%w: size %s needs about %s of memory, %s are free (try a smaller --size)", ErrMachine,
			machine.FormatSize(o.Size), machine.FormatSize(need), machine.FormatSize(free))
	}
	return nil
}

// load returns the rows of --data or of the sample, and what they are.
func (o Options) load() (c flights.Columns, source string, err error) {
	if o.Data == "" {
		c, err = flights.Sample()
		return c, "sample", err
	}
	c, err = flights.Load(o.Data)
	return c, o.Data, err
}
