package lock

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/shmarena"
)

// stage is everything that a run needs: the crews that its systems belong to.
type stage struct {
	cpus  []int // two, or one if there is only one
	crews map[string]*crew
	arena *shmarena.Arena
	twin  *twin.Program
	hello string   // what the twin was made with
	notes []string // what was left out, and why
	turns turns    // of think
}

// newStage starts the crews of the systems that take part in some contests.
func newStage(ctx context.Context, list []contest) (_ *stage, err error) {
	s := &stage{crews: map[string]*crew{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	all, err := machine.CPUs()
	if err != nil {
		return nil, err
	}
	s.cpus = all[:min(2, len(all))]
	needed := map[string]bool{}
	for _, c := range list {
		for _, system := range c.systems {
			needed[system] = true
		}
	}
	if needed[Futex] {
		if err := s.startFutex(); err != nil {
			return nil, fmt.Errorf("start %s: %w", Futex, err)
		}
	}
	if needed[Sync] {
		if err := s.startSync(); err != nil {
			return nil, fmt.Errorf("start %s: %w", Sync, err)
		}
	}
	if err := s.startTwin(ctx); err != nil {
		return nil, err
	}
	return s, s.calibrate(ctx)
}

func (s *stage) startFutex() (err error) {
	if s.arena, err = newArena(); err != nil {
		return err
	}
	if n := s.arena.Notice(); n != "" {
		s.notes = append(s.notes, n)
	}
	s.crews[Futex], err = newCrew(maxWorkers, process.Command{
		Env: []string{workerEnv + "=" + Futex, "GOMAXPROCS=1"}, Lifeline: true,
	}, s.arena.File())
	return err
}

// startSync starts one process, with as many goroutines running at once as the
// others have CPUs.
func (s *stage) startSync() (err error) {
	k, err := newCrew(1, process.Command{
		Env: []string{workerEnv + "=" + Sync, fmt.Sprintf("GOMAXPROCS=%d", len(s.cpus))}, Lifeline: true,
	})
	if err == nil {
		k.single = true
		s.crews[Sync] = k
	}
	return err
}

// startTwin compiles and starts the twin; where that cannot be done its systems
// are left out.
func (s *stage) startTwin(ctx context.Context) (err error) {
	s.twin, err = newTwin(ctx)
	if errors.Is(err, twin.ErrNone) {
		s.notes = append(s.notes, fmt.Sprintf("%s, %s, %s and %s are left out: %v", Pthread, Robust, Sem, OFD, err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("compile the C twin: %w", err)
	}
	k, err := newCrew(maxWorkers, process.Command{Path: s.twin.Path()})
	if err != nil {
		return fmt.Errorf("start the C twin: %w", err)
	}
	for _, system := range []string{Pthread, Robust, Sem, OFD} {
		s.crews[system] = k
	}
	s.hello, err = k.members[0].Ask(ctx, "hello", "hello")
	return err
}

// distinct returns each crew once, with the first of its systems.
func (s *stage) distinct() (list []*crew) {
	for _, system := range Systems() {
		if k := s.crews[system]; k != nil && !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	return list
}

// turns are how many turns of think take the think time.
type turns struct {
	Go  uint64 `json:"go"`          // as the workers in Go found
	C   uint64 `json:"c,omitempty"` // as the twins found
	All uint64 `json:"all"`         // that all of them take: the most
}

// calibrate gives all workers the same to do while they think.
func (s *stage) calibrate(ctx context.Context) error {
	limited, cancel := context.WithTimeoutCause(ctx, patience, errHang)
	defer cancel()
	for _, k := range s.distinct() {
		n, err := k.calibrate(limited, s.cpus[0])
		if err != nil {
			return err
		}
		to := &s.turns.Go
		if k == s.crews[Robust] {
			to = &s.turns.C
		}
		*to = max(*to, n)
	}
	s.turns.All = max(s.turns.Go, s.turns.C)
	for _, k := range s.distinct() {
		if err := k.think(limited, s.turns.All); err != nil {
			return err
		}
	}
	return nil
}

// present returns a contest with the systems that are there, and notes what the
// machine has not.
func (s *stage) present(c contest) (contest, bool) {
	if c.parties > 1 && len(s.cpus) < 2 {
		s.notes = append(s.notes, c.name+" is left out: it takes two CPUs, this process may use one")
		return c, false
	}
	c.systems = slices.DeleteFunc(slices.Clone(c.systems), func(system string) bool { return s.crews[system] == nil })
	return c, len(c.systems) > 0
}

// close ends the crews.
func (s *stage) close() error {
	var errs []error
	for _, k := range s.distinct() {
		errs = append(errs, k.close())
	}
	if s.arena != nil {
		errs = append(errs, s.arena.Close())
	}
	if s.twin != nil {
		errs = append(errs, s.twin.Close())
	}
	return errors.Join(errs...)
}
