package queue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/ringbuf"
	"github.com/shmengine/shmengine/shmarena"
)

// end is what a Sender and a Receiver have in common: a place in a queue.
type end[T any] struct {
	name  string
	side  int
	text  string // the type, as programs compare it
	arena *shmarena.Arena
	self  futex.Member
	ctl   *control
	ring  *ringbuf.MPMC[T]
	size  int    // capacity
	place *place // nil: closed

	sit     func() error // takes the seat in the ring
	release func()       // gives it up
}

// errOver says that the arena is of a queue that has ended: its name is free now.
var errOver = errors.New("queue has ended")

// tries bounds races for a name that somebody would have to lose on purpose.
const tries = 1000

// enter takes a place in the queue of that name, and waits until the other side is there.
//
// Preconditions:
//   - name, side, text, sit and release are set, and T is plain.
func (e *end[T]) enter(ctx context.Context, o Options) error {
	if err := errors.Join(validName(e.name), o.Validate()); err != nil {
		return err
	}
	for range tries {
		err := e.knock(ctx, o)
		if errors.Is(err, errOver) {
			continue
		}
		if err != nil {
			return err
		}
		if err := e.await(ctx, o.wanted()[1-e.side]); err != nil {
			return errors.Join(err, e.shut(true))
		}
		return nil
	}
	return fmt.Errorf("the queue began and ended %d times meanwhile: %w", tries, ErrBusy)
}

// knock opens the arena and takes a place in it.
func (e *end[T]) knock(ctx context.Context, o Options) error {
	bytes, err := ringbuf.SizeMPMC[T](o.capacity())
	if err != nil {
		return err
	}
	if e.arena, err = openArena(e.name, bytes); err != nil {
		return err
	}
	e.self, e.ring = e.arena.Member(), nil
	if err := e.takePlace(ctx, o); err != nil {
		return errors.Join(err, e.arena.Close())
	}
	return nil
}

// arenaSlack is what the arena has beside the ring: each process that is there when the queue begins
// may have a span of small blocks for a moment.
const arenaSlack = 8 << 20

// openArena opens the arena of the queue or makes it.
func openArena(name string, bytes int) (*shmarena.Arena, error) {
	for range tries {
		a, err := shmarena.Open(name + fileSuffix)
		if !errors.Is(err, fs.ErrNotExist) {
			return a, err
		}
		a, err = shmarena.Create(shmarena.Options{Name: name + fileSuffix, Size: int64(bytes) + arenaSlack})
		if !errors.Is(err, fs.ErrExist) {
			return a, err
		}
	}
	return nil, fmt.Errorf("the arena was made and removed %d times meanwhile: %w", tries, ErrBusy)
}

// takePlace takes a place, in a queue that it makes if there is none in the arena.
func (e *end[T]) takePlace(ctx context.Context, o Options) (err error) {
	if e.ctl, err = controlIn(e.arena); err != nil {
		return err
	}
	if err := e.lock(ctx); err != nil {
		return err
	}
	defer e.unlock()
	err = errOver
	if e.ctl.ended.Load() == 0 {
		err = e.sitDown(o)
	}
	if errors.Is(err, errOver) || e.living(sending)+e.living(receiving) == 0 {
		err = errors.Join(err, e.over())
	}
	return err
}

// controlIn finds the control of an arena, or makes it. Of several who do so at once one publishes its own.
func controlIn(a *shmarena.Arena) (*control, error) {
	for range tries {
		x, err := shmarena.Lookup[control](a, controlName)
		if err == nil {
			return &x.Slice()[0], nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if x, err = shmarena.Alloc[control](a, 1); err != nil {
			return nil, err
		}
		err = a.Publish(controlName, x)
		if err == nil {
			return &x.Slice()[0], nil
		}
		if err = errors.Join(x.Free(), unless(err, fs.ErrExist)); err != nil {
			return nil, err
		}
	}
	return nil, ErrBusy
}

// unless is err, or nil if it is the one that was to be expected.
func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// sitDown opens the ring and claims a place. A ring without anybody who lives is what a queue has
// left whose processes were all killed: errOver. The caller has the lock.
func (e *end[T]) sitDown(o Options) error {
	x, err := shmarena.Lookup[byte](e.arena, ringName)
	if err == nil && e.bury() == 0 {
		return errOver
	}
	switch {
	case err == nil:
		err = e.attach(x, o)
	case errors.Is(err, fs.ErrNotExist):
		err = e.format(o)
	}
	if err != nil {
		return err
	}
	e.size = e.ring.Cap()
	return e.claim(o)
}

// format makes the ring of a new queue. Whatever a process had allocated that died while it did
// the same is given back first. The caller has the lock.
func (e *end[T]) format(o Options) error {
	if _, err := e.arena.FreeOrphans(); err != nil {
		return err
	}
	n, err := ringbuf.SizeMPMC[T](o.capacity())
	if err != nil {
		return err
	}
	x, err := shmarena.Alloc[byte](e.arena, n)
	if err != nil {
		return err
	}
	if e.ring, err = ringbuf.NewMPMC[T](x.Slice(), ringbuf.Options{Capacity: o.capacity()}); err == nil {
		e.ctl.textLen.Store(uint32(copy(e.ctl.text[:], e.text)))
		err = e.arena.Publish(ringName, x)
	}
	if err != nil {
		return errors.Join(err, x.Free())
	}
	return nil
}

// attach opens the ring of a queue that is there. The caller has the lock.
func (e *end[T]) attach(x shmarena.Array[byte], o Options) (err error) {
	ours := e.text
	theirs := string(e.ctl.text[:min(e.ctl.textLen.Load(), textMax)])
	if theirs != ours[:min(len(ours), textMax)] {
		return fmt.Errorf("%w: %s", ErrType, difference(theirs, ours))
	}
	if err := x.Check(); err != nil {
		return err
	}
	e.ring, err = ringbuf.AttachMPMC[T](x.Slice(), ringbuf.Options{})
	switch {
	case errors.Is(err, ringbuf.ErrType):
		return errors.Join(ErrType, err)
	case err != nil:
		return errors.Join(ErrCorrupt, err)
	case o.Capacity != 0 && (e.ring.Cap() < o.Capacity || e.ring.Cap() >= 2*o.Capacity):
		return fmt.Errorf("%w: the queue holds %d items, not %d", ErrCapacity, e.ring.Cap(), o.Capacity)
	}
	return nil
}

// claim takes a free place. It counts only when the seat in the ring is taken: from then on the ring
// tells the other side of a death. The caller has the lock.
func (e *end[T]) claim(o Options) error {
	s := &e.ctl.sides[e.side]
	if n := e.living(e.side); n > 0 && o.Single {
		return fmt.Errorf("%w: there is a %s already", ErrBusy, roles[e.side])
	}
	for i := range s.place {
		p := &s.place[i]
		if p.owner.Load() != 0 {
			continue
		}
		p.pid.Store(uint32(os.Getpid()))
		if !p.owner.CompareAndSwap(0, uint32(e.self.ID())) {
			return fmt.Errorf("%w: a place changed under the lock", ErrCorrupt)
		}
		if err := e.sit(); err != nil {
			p.owner.Store(0)
			return err
		}
		e.place = p
		e.count(o)
		return nil
	}
	return fmt.Errorf("%w: there are %d %ss", ErrBusy, places, roles[e.side])
}

// count tells the other side that one more has come.
func (e *end[T]) count(o Options) {
	for k, n := range o.wanted() {
		e.ctl.sides[k].wanted.Store(max(n, e.ctl.sides[k].wanted.Load()))
	}
	e.ctl.sides[e.side].joined.Add(1)
	e.announce()
}

// lockPatience bounds the wait for the lock where there is no context: it is held for microseconds
// unless its owner was stopped. Tests make it shorter.
var lockPatience = 10 * time.Second

// lock takes the queue's lock, and completes what its last owner was killed in.
func (e *end[T]) lock(ctx context.Context) error {
	err := e.ctl.mu.Lock(ctx, e.self)
	if errors.Is(err, futex.ErrOwnerDied) {
		e.ctl.mu.MarkConsistent(e.self) // each step of its owner is complete by itself
		return nil
	}
	return err
}

func (e *end[T]) unlock() { e.ctl.mu.Unlock(e.self) }
