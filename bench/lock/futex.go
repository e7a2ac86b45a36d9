package lock

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

var bg = context.Background()

// Names of what lies in the arena.
const (
	nameMutex     = "mutex"
	nameRWMutex   = "rwmutex"
	nameSemaphore = "semaphore"
	nameEvent     = "event"
	nameBarrier   = "barrier"
)

// newArena makes the arena of the futex workers, with the locks in it.
func newArena() (*shmarena.Arena, error) {
	a, err := shmarena.Create(shmarena.Options{Size: 4 << 20})
	if err != nil {
		return nil, err
	}
	err = errors.Join(publish[mutexCell](a, nameMutex), publish[rwCell](a, nameRWMutex),
		publish[semaphoreCell](a, nameSemaphore), publish[eventCell](a, nameEvent), publish[barrierCell](a, nameBarrier))
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// publish puts one T into the arena, zeroed.
func publish[T any](a *shmarena.Arena, name string) error {
	x, err := shmarena.Alloc[T](a, 1)
	if err != nil {
		return err
	}
	return a.Publish(name, x)
}

// lookup finds one T in the arena.
func lookup[T any](a *shmarena.Arena, name string, to **T) error {
	x, err := shmarena.Lookup[T](a, name)
	if err == nil {
		*to = &x.Slice()[0]
	}
	return err
}

// ofFutex is the program of a worker that uses our locks. They lie in an arena,
// and the worker is a member of it, as a user of shmarena would have it.
type ofFutex struct {
	mb        futex.Member
	mutex     *mutexCell
	rw        *rwCell
	semaphore *semaphoreCell
	event     *eventCell
	barrier   *barrierCell
	used      *uint64 // the counter of the lock that was set last
}

func openFutex(file *os.File) (*ofFutex, error) {
	a, err := shmarena.FromFD(file.Fd())
	if err != nil {
		return nil, err
	}
	p := &ofFutex{mb: a.Member(), used: new(uint64)}
	return p, errors.Join(lookup(a, nameMutex, &p.mutex), lookup(a, nameRWMutex, &p.rw),
		lookup(a, nameSemaphore, &p.semaphore), lookup(a, nameEvent, &p.event), lookup(a, nameBarrier, &p.barrier))
}

func (p *ofFutex) count() uint64 { return *p.used }

// set makes a lock anew. Nobody uses it now.
func (p *ofFutex) set(kind string, parties int) error {
	switch kind {
	case kindAlone, kindContend, kindTimed, kindDeath:
		*p.mutex = mutexCell{}
		p.used = &p.mutex.count
	case kindPair:
		*p.semaphore = semaphoreCell{}
		p.used = &p.semaphore.count
		return p.semaphore.semaphore.Init(futex.SemaphoreOptions{Value: 1})
	case kindRead:
		*p.rw = rwCell{}
		p.used = &p.rw.count
	case kindWake:
		*p.event = eventCell{}
	case kindRounds:
		*p.barrier = barrierCell{}
		return p.barrier.barrier.Init(parties)
	default:
		return fmt.Errorf("no lock of ours for %s", kind)
	}
	return nil
}

func (p *ofFutex) run(h *hand, j job) error {
	return h.measure(j, func(s *slot) error { return p.loop(h, j, s) })
}

func (p *ofFutex) loop(h *hand, j job, s *slot) error {
	mu, n := p.mutex.mutex.As(p.mb), &p.mutex.count
	switch j.kind {
	case kindAlone:
		return mutexAlone(&mu, n, j.ops, s)
	case kindContend:
		return mutexContend(h, &mu, n, s)
	case kindTimed:
		return mutexTimed(h, &mu, n, s)
	case kindPair:
		return p.semaphore.pairs(p.mb, j.ops, s)
	case kindRead:
		rw := p.rw.mutex.As(p.mb)
		return rwRead(h, &rw, &p.rw.count, s)
	case kindWake:
		return eventWake(h, j, &p.event.event, p.mb, s)
	case kindRounds:
		return barrierRounds(h, j, &p.barrier.barrier, p.mb, s)
	}
	return fmt.Errorf("no lock of ours for %s", j.kind)
}

// own takes the mutex and keeps it: the process is going to be killed.
func (p *ofFutex) own() error { return p.mutex.mutex.Lock(bg, p.mb) }

// inherit waits for the mutex of an owner that is killed meanwhile.
func (p *ofFutex) inherit(h *hand, s *slot) error {
	mu := p.mutex.mutex.As(p.mb)
	s.begin = h.clock.Now()
	err := mu.Lock(bg)
	s.end = h.clock.Now()
	s.ops = 1
	if !errors.Is(err, futex.ErrOwnerDied) {
		return fmt.Errorf("nobody told us of the death: %v", err)
	}
	mu.MarkConsistent()
	mu.Unlock()
	return nil
}
