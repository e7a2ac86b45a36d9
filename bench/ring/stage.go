package ring

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/shmengine/shmengine/bench/clock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/ringbuf"
	"github.com/shmengine/shmengine/shmarena"
)

// Crews are what the systems are run by.
const (
	crewPairs    = "pairs"    // four processes in Go; the streams are the first two's
	crewChannels = "channels" // one
	crewTwins    = "twins"    // four in C
)

var crewNames = []string{crewPairs, crewChannels, crewTwins}

func crewOf(system string) string {
	switch {
	case system == Channel:
		return crewChannels
	case isTwin(system):
		return crewTwins
	}
	return crewPairs
}

// A crew is the workers of one program.
type crew struct {
	members []*worker.Talker
	single  bool // one process is all parties
	clock   clock.Clock
	where   string // a connection is made
}

// stage is everything that a run needs.
type stage struct {
	cpus      []int // two, or one if there is only one
	crews     map[string]*crew
	arena     *shmarena.Arena
	missing   string // why there is no twin; "" if there is one
	closers   []func() error
	twinHello string // what the twin was made with

	twinMemory *os.File // that its processes share
	notes      []string
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
	if err := s.newArena(); err != nil {
		return nil, err
	}
	most := map[string]int{} // parties of a crew
	for _, c := range list {
		for _, system := range c.systems {
			most[crewOf(system)] = max(most[crewOf(system)], c.parties())
		}
	}
	for _, name := range crewNames {
		if most[name] == 0 {
			continue
		}
		if err := s.start(ctx, name, most[name]); err != nil {
			return nil, fmt.Errorf("start %s: %w", name, err)
		}
	}
	return s, nil
}

// newArena makes the memory of the rings: one there and one back.
func (s *stage) newArena() error {
	n, err := ringbuf.SizeBytes(streamRing)
	if err != nil {
		return err
	}
	n = (n + os.Getpagesize() - 1) &^ (os.Getpagesize() - 1)
	if s.arena, err = shmarena.Create(shmarena.Options{Size: 32 << 20}); err != nil {
		return err
	}
	s.closers = append(s.closers, s.arena.Close)
	if text := s.arena.Notice(); text != "" {
		s.notes = append(s.notes, text)
	}
	b, err := shmarena.Alloc[board](s.arena, 1)
	if err != nil {
		return err
	}
	if err := s.arena.Publish(nameBoard, b); err != nil {
		return err
	}
	m, err := shmarena.Alloc[byte](s.arena, 2*n)
	if err != nil {
		return err
	}
	return s.arena.Publish(nameRings, m)
}

func (s *stage) start(ctx context.Context, name string, n int) error {
	switch name {
	case crewPairs:
		return s.startPairs(n)
	case crewTwins:
		return s.startTwins(ctx, n)
	}
	return s.startOwn(name, len(s.cpus), nil)
}

// startOwn starts workers that are this program: one for each list of files, or only one.
func (s *stage) startOwn(name string, procs int, files [][]*os.File) error {
	k := s.newCrew(name, files == nil)
	if files == nil {
		files = [][]*os.File{nil}
	}
	for _, own := range files {
		c := process.Command{Env: []string{workerEnv + "=" + name, fmt.Sprintf("GOMAXPROCS=%d", procs)}, Lifeline: true}
		if err := k.add(c, append([]*os.File{s.arena.File()}, own...)...); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) newCrew(name string, single bool) *crew {
	k := &crew{single: single, clock: clock.New(), where: fmt.Sprintf("@shmbench-ring-%d-%x", os.Getpid(), rand.Uint64())}
	s.crews[name] = k
	return k
}

// add starts one more worker.
func (k *crew) add(c process.Command, files ...*os.File) error {
	w, err := worker.Start(c, files...)
	if err != nil {
		return err
	}
	k.members = append(k.members, worker.NewTalker(w))
	return nil
}

// startPairs starts the workers of ours. The first two have streams between them; those of
// the others lead nowhere.
func (s *stage) startPairs(n int) (err error) {
	var all [][]*os.File
	var open []*os.File
	defer func() {
		for _, f := range open { // the workers have their own
			err = errors.Join(err, f.Close())
		}
	}()
	for range (n + 1) / 2 {
		first, second, err := newStreams()
		open = slices.Concat(open, first, second)
		if err != nil {
			return err
		}
		all = append(all, first, second)
	}
	return s.startOwn(crewPairs, 1, all[:n])
}

// newStreams makes the streams between two workers, in the order of their files.
func newStreams() (first, second []*os.File, err error) {
	thereIn, thereOut, err := worker.NewPipe()
	if err != nil {
		return nil, nil, err
	}
	backIn, backOut, err := worker.NewPipe()
	if err != nil {
		return []*os.File{thereOut}, []*os.File{thereIn}, err
	}
	first, second = []*os.File{backIn, thereOut}, []*os.File{thereIn, backOut}
	for _, open := range []func() (a, b *os.File, err error){newUnix, newTCP} {
		a, b, err := open()
		if err != nil {
			return first, second, err
		}
		first, second = append(first, a), append(second, b)
	}
	return first, second, nil
}

// twinBytes is what the twin's two rings take, and its board.
const twinBytes = 2*(streamRing+4096) + 4096

// startTwins compiles and starts the twin; where that cannot be done it is left out.
func (s *stage) startTwins(ctx context.Context, n int) error {
	p, err := newTwin(ctx)
	if errors.Is(err, twin.ErrNone) {
		s.missing = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	s.closers = append(s.closers, p.Close)
	f, err := newMemory(twinBytes)
	if err != nil {
		return err
	}
	s.twinMemory = f
	s.closers = append(s.closers, f.Close)
	k := s.newCrew(crewTwins, false)
	for range n {
		if err := k.add(process.Command{Path: p.Path()}, f); err != nil {
			return err
		}
	}
	hello, err := k.members[0].Ask(ctx, "hello", "hello")
	s.twinHello = hello + ", " + strings.Join(twinFlags, " ")
	return err
}

// present returns a contest with the systems that are there.
func (s *stage) present(c contest) contest {
	c.systems = slices.DeleteFunc(slices.Clone(c.systems), func(system string) bool {
		return s.crews[crewOf(system)] == nil || s.lacking(system) != ""
	})
	return c
}

// lacking says what this machine has too little of for a system.
func (s *stage) lacking(system string) string {
	if len(s.cpus) < 2 && system != PipeWarm {
		return "it takes two CPUs, this process may use one"
	}
	return ""
}

// close ends the crews and gives back what they worked on.
func (s *stage) close() error {
	var errs []error
	for _, name := range crewNames {
		if k := s.crews[name]; k != nil {
			errs = append(errs, k.close())
		}
	}
	for _, f := range slices.Backward(s.closers) {
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
