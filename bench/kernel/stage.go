package kernel

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/kernels"
)

//go:embed twin/twin.c
var twinSource string

// twinFlags are the compiler's. The library of mathematics stands before what needs it.
var twinFlags = []string{"-O3", "-march=native", "-Wl,--no-as-needed", "-lm"}

// stage is everything that a run needs: a worker for each system, but for those in C, which
// are one.
type stage struct {
	cpu     int
	workers map[string]*worker.Talker
	missing map[string]string // systems that this machine has not, and why
	hello   string            // what the twin was made with
	program *twin.Program
	clock   clock.Clock
	made    map[*worker.Talker]string // the case whose operands it has
}

// newStage starts the workers of the systems that take part in some contests.
func newStage(ctx context.Context, list []contest) (_ *stage, err error) {
	s := &stage{workers: map[string]*worker.Talker{}, missing: map[string]string{}, clock: clock.New(), made: map[*worker.Talker]string{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	cpus, err := machine.CPUs()
	if err != nil {
		return nil, err
	}
	s.cpu = cpus[0]
	for _, system := range systems {
		if !slices.ContainsFunc(list, func(c contest) bool { return slices.Contains(c.systems, system) }) {
			continue
		}
		if err := s.start(ctx, system); err != nil {
			return nil, fmt.Errorf("start %s: %w", system, err)
		}
	}
	return s, nil
}

// levels are those of package kernels, the best first.
var levels = []string{AVX512, AVX2, Go}

func (s *stage) start(ctx context.Context, system string) error {
	env := []string{workerEnv + "=" + system, "GOMAXPROCS=1"}
	switch {
	case system == C, system == Limit:
		return s.startTwin(ctx, system)
	case slices.Contains(levels, system):
		if best := kernels.Level(); slices.Index(levels, system) < slices.Index(levels, best) {
			s.missing[system] = "the best level of this machine and build is " + best
			return nil
		}
		env = append(env, levelEnv+"="+system)
	}
	w, err := worker.Start(process.Command{Env: env, Lifeline: true})
	if err != nil {
		return err
	}
	s.workers[system] = worker.NewTalker(w)
	return nil
}

// startTwin compiles and starts the twin; where that cannot be done it is left out.
func (s *stage) startTwin(ctx context.Context, system string) error {
	if other := s.workers[C]; other != nil {
		s.workers[system] = other
		return s.noLimit()
	}
	p, err := twin.Compile(ctx, twinSource, twinFlags...)
	if errors.Is(err, twin.ErrNone) {
		s.missing[system] = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	s.program = p
	w, err := worker.Start(process.Command{Path: p.Path()})
	if err != nil {
		return err
	}
	t := worker.NewTalker(w)
	s.workers[system] = t
	hello, err := t.Ask(ctx, "hello", "hello")
	s.hello = hello + ", " + strings.Join(twinFlags, " ")
	if err != nil || system != Limit {
		return err
	}
	return s.noLimit()
}

// byHand is what a twin says that has all operations.
const byHand = "by hand"

// noLimit takes back the limit if the twin was left to the compiler.
func (s *stage) noLimit() error {
	if strings.Contains(s.hello, byHand) {
		return nil
	}
	s.missing[Limit] = "it takes AVX-512"
	if s.workers[C] != s.workers[Limit] {
		if err := worker.Close([]*worker.Worker{s.workers[Limit].Worker}); err != nil {
			return err
		}
	}
	delete(s.workers, Limit)
	return nil
}

// present returns a contest with the systems that are there.
func (s *stage) present(c contest) contest {
	c.systems = slices.DeleteFunc(slices.Clone(c.systems), func(system string) bool { return s.workers[system] == nil })
	return c
}

// close ends the workers.
func (s *stage) close() error {
	var all []*worker.Worker
	for _, system := range systems {
		if t := s.workers[system]; t != nil && !slices.Contains(all, t.Worker) {
			all = append(all, t.Worker)
		}
	}
	err := worker.Close(all)
	if s.program != nil {
		err = errors.Join(err, s.program.Close())
	}
	return err
}
