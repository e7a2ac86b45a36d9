package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// ErrClosed is returned by a Starter that was closed.
var ErrClosed = errors.New("process: starter is closed")

// Config says how a Starter gets its processes. The zero value starts one for each job.
type Config struct {
	// Method is the start method, fixed for the life of the Starter; "" is Spawn.
	Method StartMethod
	// Command is how processes are started: all of it but Args and Entry.
	Command Command
	// Spares is how many processes Standby keeps waiting; 0 is 1. They use no CPU.
	Spares int
	// Most is how many processes Standby has at once, at work and waiting; 0 is Spares
	// and two for each CPU. Start waits when all are at work.
	Most int
	// Jobs is how many jobs one process of Standby does before another takes its place;
	// 0 is 1: each job finds a fresh process, as with Spawn. More are quicker: the next
	// job of a process that was at work just now begins within microseconds. But package
	// variables are then as the job before left them.
	Jobs int
	// Each is called with the command of each process before that is started, to change
	// it: place is a number from 0 on that no other process of the Starter has while this
	// one lives, below Most with Standby. It must not call the Starter. nil changes nothing.
	Each func(place int, c *Command)
}

// Validate says what is wrong with c.
func (c Config) Validate() error {
	if err := c.Method.Validate(); err != nil {
		return err
	}
	switch {
	case c.Spares < 0 || c.Most < 0 || c.Jobs < 0:
		return fmt.Errorf("process: starter: %d spares, %d processes at most, %d jobs each: none may be negative", c.Spares, c.Most, c.Jobs)
	case c.Most > 0 && c.Most < c.Spares:
		return fmt.Errorf("process: starter: %d spares of %d processes at most", c.Spares, c.Most)
	case len(c.Command.Args) > 0 || c.Command.Entry != nil:
		return errors.New("process: starter: arguments and entry come with each job, not with the command")
	}
	return c.Command.Validate()
}

func (c Config) withDefaults() Config {
	if c.Method == "" {
		c.Method = Spawn
	}
	c.Spares, c.Jobs = max(c.Spares, 1), max(c.Jobs, 1)
	if c.Most == 0 {
		c.Most = c.Spares + 2*CPUs()
	}
	return c
}

// A Starter runs entries in child processes, by one start method.
//
// With Standby, a process that is lost while it waits is replaced; a job that it had not
// taken yet is given to another. A process that ends before its main has called Init is
// not replaced in the background: the next Start tries again.
type Starter struct {
	cfg Config

	mu      sync.Mutex
	idle    []*spare      // waiting; the one that worked last is the last
	all     []*spare      // waiting, at work, or being started
	total   int           // of all, with those about to be
	changed chan struct{} // closed and made anew when a spare becomes idle or ends
	closed  bool
	places  []bool         // which are taken
	busy    sync.WaitGroup // goroutines of this starter
}

// NewStarter makes a Starter. With Standby its spares are started in the background.
func NewStarter(c Config) (*Starter, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Starter{cfg: c.withDefaults(), changed: make(chan struct{})}
	probe := c.Command
	probe.Entry = &Entry{name: "spare"}
	if err := probe.guard(); err != nil {
		return nil, fmt.Errorf("process: starter: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refill()
	return s, nil
}

// Method returns the start method.
func (s *Starter) Method() StartMethod { return s.cfg.Method }

// Start runs an entry. It waits only while Config.Most processes are at work, until ctx
// ends. The arguments of a job of Standby are limited to 64 KiB (ErrTooLong).
func (s *Starter) Start(ctx context.Context, e *Entry, args ...string) (*Job, error) {
	j := &Job{owner: s, entry: e, args: args, done: make(chan struct{})}
	var err error
	if s.cfg.Method == Spawn {
		err = s.spawn(j)
	} else if err = fits(e.name, args); err == nil {
		err = s.hand(ctx, j)
	}
	if err != nil {
		return nil, fmt.Errorf("process: start job %s: %w", e.name, err)
	}
	return j, nil
}

// spawn starts a process for one job.
func (s *Starter) spawn(j *Job) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	place := s.occupy()
	c := s.cfg.command(place)
	c.Entry, c.Args = j.entry, j.args
	p, err := Start(c)
	if err != nil {
		s.places[place] = false
		return err
	}
	j.p, j.at = p, &spare{p: p, job: j, place: place}
	s.all = append(s.all, j.at)
	s.busy.Go(func() {
		<-p.Done()
		s.forget(j.at)
		s.vacate(place)
		j.finish(p.exit)
	})
	return nil
}

// command is that of a process in a place.
func (c Config) command(place int) Command {
	cmd := c.Command
	cmd.Env, cmd.Files = slices.Clone(cmd.Env), slices.Clone(cmd.Files)
	if c.Each != nil {
		c.Each(place, &cmd)
	}
	return cmd
}

// occupy takes the lowest place that is free.
//
// Preconditions: s.mu is held.
func (s *Starter) occupy() int {
	i := slices.Index(s.places, false)
	if i < 0 {
		i = len(s.places)
		s.places = append(s.places, false)
	}
	s.places[i] = true
	return i
}

// vacate gives a place back whose process is dead.
func (s *Starter) vacate(place int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places[place] = false
}

// forget takes a spare whose process has ended out of all.
func (s *Starter) forget(sp *spare) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = slices.DeleteFunc(s.all, func(o *spare) bool { return o == sp })
	s.idle = slices.DeleteFunc(s.idle, func(o *spare) bool { return o == sp })
}

// Close kills all processes of the Starter, also those at work (Join their jobs first), and
// returns when they are dead. It may be called twice.
func (s *Starter) Close() error {
	s.mu.Lock()
	s.closed = true
	s.announce()
	var errs []error
	for _, sp := range s.all {
		errs = append(errs, sp.p.Kill())
	}
	s.mu.Unlock()
	s.busy.Wait()
	return errors.Join(errs...)
}

// announce wakes those who wait for a spare.
//
// Preconditions: s.mu is held.
func (s *Starter) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}
