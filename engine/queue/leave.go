package queue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/shmengine/shmengine/futex"
)

// await waits until so many of the other side have come. They may be gone again.
func (e *end[T]) await(ctx context.Context, wanted uint32) error {
	p := e.self.Park(&e.ctl.bell)
	defer e.self.Unpark(p)
	for {
		p.Look()
		bell := e.ctl.bell.Load()
		if e.arrived(wanted) {
			return nil
		}
		if err := p.Wait(ctx, bell); err != nil {
			if e.arrived(wanted) {
				return nil
			}
			return fmt.Errorf("wait for a %s: %w", roles[1-e.side], err)
		}
	}
}

func (e *end[T]) arrived(wanted uint32) bool {
	return e.ctl.rest(e.side).joined.Load() >= wanted || e.ctl.ended.Load() != 0
}

// announce wakes who waits for the other side. One that is killed in between is noticed by all who sleep.
func (e *end[T]) announce() {
	e.ctl.bell.Add(1)
	_, _ = futex.Wake(&e.ctl.bell, math.MaxInt32)
}

// living is how many of a side live.
func (e *end[T]) living(side int) (n int) {
	for i := range e.ctl.sides[side].place {
		if id := e.ctl.sides[side].place[i].owner.Load(); id != 0 && e.self.Alive(futex.ID(id)) {
			n++
		}
	}
	return n
}

// bury frees the places of the dead, and returns how many live. One whose burial was cut short by
// another death counts twice. The caller has the lock.
func (e *end[T]) bury() (living int) {
	for k := range e.ctl.sides {
		s := &e.ctl.sides[k]
		for i := range s.place {
			p := &s.place[i]
			id := p.owner.Load()
			switch {
			case id == 0:
			case e.self.Alive(futex.ID(id)):
				living++
			default:
				s.lostPID.Store(p.pid.Load())
				s.lost.Add(1)
				p.owner.CompareAndSwap(id, 0)
			}
		}
	}
	return living
}

// over ends the queue: no one can enter, the name goes, the ring is closed. It may be done again, by
// whoever finds that somebody was killed in it. The caller has the lock.
func (e *end[T]) over() error {
	e.ctl.ended.Store(1)
	var err error
	if e.ring != nil {
		err = e.ring.Close()
	}
	e.announce()
	return errors.Join(err, unless(e.arena.Unlink(), fs.ErrNotExist))
}

// shut leaves the queue and gives the memory up.
func (e *end[T]) shut(withdrawn bool) error { return errors.Join(e.goAway(withdrawn), e.arena.Close()) }

// goAway leaves the queue. The seat in the ring goes last: should this process be killed while it ends the
// queue, the ring tells the others of it.
func (e *end[T]) goAway(withdrawn bool) error {
	err := e.leave(withdrawn)
	e.place = nil
	e.release()
	return err
}

// leave gives the place up, and ends the queue if it was the last of its side.
func (e *end[T]) leave(withdrawn bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if err := e.lock(ctx); err != nil {
		return err
	}
	defer e.unlock()
	p, s := e.place, &e.ctl.sides[e.side]
	p.owner.CompareAndSwap(uint32(e.self.ID()), 0)
	living := e.bury()
	switch {
	case living == 0:
		return e.over()
	case withdrawn && e.ctl.rest(e.side).joined.Load() == 0: // nobody has seen it
		s.joined.Add(^uint32(0))
	case e.living(e.side) == 0 && s.joined.Load() >= s.wanted.Load():
		return e.over()
	}
	e.announce()
	return nil
}

// deserted is what to tell when the ring has found that the other side died.
func (e *end[T]) deserted(verb string) error {
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if err := e.lock(ctx); err != nil {
		return fmt.Errorf("%s queue %q: %w: %w", verb, e.name, ErrPeerDied, err)
	}
	defer e.unlock()
	e.bury()
	if e.ctl.ended.Load() != 0 { // it died in over, or after
		_ = e.over()
		if e.ctl.rest(e.side).lost.Load() == 0 {
			return ErrClosed
		}
	}
	return e.peerDied()
}
