package dispatch

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/twin"
)

// A system measures a job by itself.
type system interface {
	measure(ctx context.Context, j job) (*sample, error)
	close() error
}

// Sizes of the array: of most, and of the least partitions.
const (
	smallestPart = 4 << 10
	leastArray   = 8 << 20
)

// mostArray is as large as the array is where there is memory for it.
var mostArray = 1 << 30

// stage is the systems of a run.
type stage struct {
	systems map[string]system
	missing map[string]string // systems that this machine has not, and why
	bytes   int               // of the array; 0 if no case has one
	own     []float64         // the array, if the engine has none for all
	twin    string            // what it was made with
	python  string
}

// newStage starts the systems that take part in some contests.
func newStage(ctx context.Context, list []contest) (_ *stage, err error) {
	s := &stage{systems: map[string]system{}, missing: map[string]string{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	needed := map[string]bool{}
	for _, c := range list {
		for _, name := range c.systems {
			needed[name] = true
		}
		if c.kind == kindSum {
			s.bytes = arrayBytes()
		}
	}
	for _, name := range systems {
		if !needed[name] {
			continue
		}
		if err := s.start(ctx, name); err != nil {
			return nil, fmt.Errorf("start %s: %w", name, err)
		}
	}
	return s, nil
}

// arrayBytes is how large the array is: it is there three times.
func arrayBytes() int {
	n := mostArray
	if free, ok := machine.Memory(); ok {
		for ; n > leastArray && int64(n) > free/8; n /= 2 {
		}
	}
	return n
}

func (s *stage) start(ctx context.Context, name string) (err error) {
	var made system
	switch name {
	case Engine, EngineHelp:
		made, err = newEngines(ctx, name == EngineHelp, s.bytes)
	case Goroutines:
		made = &goroutines{s.array}
	case WaitGroup:
		made = &waitGroup{s.array}
	case Pipe:
		made, err = newPipes(s.array)
	default:
		return s.startProgram(ctx, name)
	}
	if err == nil {
		s.systems[name] = made
	}
	return err
}

// startProgram starts a system in another language, if the machine has that.
func (s *stage) startProgram(ctx context.Context, name string) error {
	var p *program
	var err error
	if name == OpenMP {
		p, err = newTwin(ctx, s.bytes)
	} else {
		p, err = newPython(ctx, name)
	}
	switch {
	case errors.Is(err, twin.ErrNone) || errors.Is(err, exec.ErrNotFound):
		s.missing[name] = err.Error()
		return nil
	case err != nil:
		return err
	case name == OpenMP:
		s.twin = p.hello
	default:
		s.python = p.hello
	}
	s.systems[name] = p
	return nil
}

// array is the array of those who have none of their own: the engine's, if it is there.
func (s *stage) array() []float64 {
	if e, ok := s.systems[Engine].(*enginePair); ok {
		return e.array.Slice()
	}
	if s.own == nil {
		s.own = make([]float64, s.bytes/8)
		fill(s.own)
	}
	return s.own
}

// present is c with those systems that are here.
func (s *stage) present(c contest) contest {
	c.systems = slices.DeleteFunc(slices.Clone(c.systems), func(name string) bool { return s.systems[name] == nil })
	return c
}

func (s *stage) close() error {
	var errs []error
	for _, name := range systems {
		if one := s.systems[name]; one != nil {
			errs = append(errs, one.close())
		}
	}
	return errors.Join(errs...)
}
