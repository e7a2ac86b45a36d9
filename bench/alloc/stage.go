package alloc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/shmarena"
)

// stage is everything that a run needs: the crews that its systems belong to.
type stage struct {
	cpus      []int // two, or one if there is only one
	crews     map[string]*crew
	missing   map[string]string // systems that this machine has not, and why
	small     string            // why there are no 256 MiB to attach; "" if there are
	closers   []func() error
	twinHello string // what the twin was made with
	pyHello   string // which Python it is
	notes     []string
}

// newStage starts the crews of the systems that take part in some contests.
func newStage(ctx context.Context, list []contest) (_ *stage, err error) {
	s := &stage{crews: map[string]*crew{}, missing: map[string]string{}}
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
	needed, attach := map[string]bool{}, false
	for _, c := range list {
		attach = attach || c.kind == kindAttach
		for _, system := range c.systems {
			needed[system] = true
		}
	}
	for _, system := range systems {
		if !needed[system] {
			continue
		}
		if err := s.start(ctx, system, attach); err != nil {
			return nil, fmt.Errorf("start %s: %w", system, err)
		}
	}
	return s, nil
}

func (s *stage) start(ctx context.Context, system string, attach bool) error {
	switch system {
	case Shmarena:
		return s.startShmarena(attach)
	case Mmap:
		return s.startMmap()
	case CMalloc, CCalloc:
		return s.startTwin(ctx, system)
	case PyShm, PyManager:
		return s.startPython(ctx, system)
	}
	return s.startOwn(system, 1, len(s.cpus))
}

// startOwn starts workers that are this program.
func (s *stage) startOwn(system string, n, procs int, files ...*os.File) error {
	return s.add(system, n, process.Command{
		Env: []string{workerEnv + "=" + system, fmt.Sprintf("GOMAXPROCS=%d", procs)}, Lifeline: true,
	}, files...)
}

// add starts a crew of n workers.
func (s *stage) add(system string, n int, c process.Command, files ...*os.File) error {
	k := &crew{single: n == 1, clock: clock.New()}
	s.crews[system] = k
	for range n {
		w, err := worker.Start(c, files...)
		if err != nil {
			return err
		}
		k.members = append(k.members, worker.NewTalker(w))
	}
	return nil
}

// startShmarena makes the arena that blocks are taken from, and the one to attach.
func (s *stage) startShmarena(attach bool) error {
	heap, err := newHeap()
	if err != nil {
		return err
	}
	s.closers = append(s.closers, heap.Close)
	if n := heap.Notice(); n != "" {
		s.notes = append(s.notes, n)
	}
	files := []*os.File{heap.File()}
	if attach {
		big, err := newBig()
		switch {
		case errors.Is(err, shmarena.ErrNoSpace):
			s.small = err.Error()
		case err != nil:
			return err
		default:
			s.closers = append(s.closers, big.Close)
			files = append(files, big.File())
		}
	}
	return s.startOwn(Shmarena, 2, 1, files...)
}

// startMmap makes the memory that is attached: pages that nobody wrote take none.
func (s *stage) startMmap() error {
	f, err := newMemory(bigBytes)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, f.Close)
	return s.startOwn(Mmap, 2, 1, f)
}

// startTwin compiles and starts the twin; where that cannot be done it is left out.
func (s *stage) startTwin(ctx context.Context, system string) error {
	p, err := newTwin(ctx)
	if errors.Is(err, twin.ErrNone) {
		s.missing[system] = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	s.closers = append(s.closers, p.Close)
	if err := s.add(system, 1, process.Command{Path: p.Path()}); err != nil {
		return err
	}
	hello, err := s.crews[system].members[0].Ask(ctx, "hello", "hello")
	s.twinHello = hello + ", " + strings.Join(twinFlags, " ")
	return err
}

// present returns a contest with the systems that are there.
func (s *stage) present(c contest) contest {
	c.systems = slices.DeleteFunc(slices.Clone(c.systems), func(system string) bool {
		return s.crews[system] == nil || s.lacking(c, system) != ""
	})
	return c
}

// lacking says what this machine has too little of for a system in a contest.
func (s *stage) lacking(c contest, system string) string {
	if c.parties > len(s.cpus) {
		return "it takes two CPUs, this process may use one"
	}
	if c.kind == kindAttach && system == Shmarena {
		return s.small
	}
	return ""
}

// close ends the crews and gives back what they worked on.
func (s *stage) close() error {
	var errs []error
	for _, system := range systems {
		if k := s.crews[system]; k != nil {
			errs = append(errs, k.close())
		}
	}
	for _, f := range s.closers {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

func (k *crew) close() error {
	var all []*worker.Worker
	for _, m := range k.members {
		all = append(all, m.Worker)
	}
	return worker.Close(all)
}
