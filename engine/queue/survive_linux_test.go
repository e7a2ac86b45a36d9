package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/internal/stepkill"
)

// survive goes on in the queue after a kill.
func (g *stage) survive(sc scene, _ stepkill.Point) error {
	ctx, cancel := soon()
	defer cancel()
	if _, err := g.arena.Reap(); err != nil {
		return fmt.Errorf("reap: %w", err)
	}
	switch {
	case sc.sender && sc.receiver:
		return g.bothGoOn(ctx)
	case sc.receiver:
		return g.receiverLearns(ctx)
	case sc.sender:
		return g.senderLearns(ctx)
	}
	return g.nextBegins(ctx)
}

// passes fills the queue and empties it.
func (g *stage) passes() error {
	for i := range int64(g.s.Cap()) {
		if err := g.s.TryPut(i); err != nil {
			return fmt.Errorf("put %d of %d: %w", i, g.s.Cap(), err)
		}
	}
	if err := g.s.TryPut(0); err != ErrFull {
		return fmt.Errorf("put into a full queue: %w", err)
	}
	for i := range int64(g.s.Cap()) {
		var v int64
		if err := g.r.TryGet(&v); err != nil || v != i {
			return fmt.Errorf("got %d, %w; want %d", v, err, i)
		}
	}
	return g.r.Done()
}

// bothGoOn: the one that was killed was not needed.
func (g *stage) bothGoOn(ctx context.Context) error {
	if err := g.passes(); err != nil {
		return err
	}
	next := sender(g.arena)
	if err := next.end.takePlace(ctx, g.opt); err != nil {
		return fmt.Errorf("enter after it: %w", err)
	}
	for k := range next.end.ctl.sides {
		if n := taken(&next.end.ctl.sides[k]); n != 2-k {
			return fmt.Errorf("%d %ss have places", n, roles[k])
		}
	}
	if err := errors.Join(next.end.goAway(false), g.s.end.goAway(false)); err != nil {
		return err
	}
	if _, err := g.r.Get(ctx); err != ErrClosed && !errors.Is(err, ErrPeerDied) {
		return fmt.Errorf("after the last sender: %w", err)
	}
	return g.r.end.goAway(false)
}

func taken(s *side) (n int) {
	for i := range s.place {
		if s.place[i].owner.Load() != 0 {
			n++
		}
	}
	return n
}

// receiverLearns: the only sender is gone. Had it not come yet, another one may.
func (g *stage) receiverLearns(ctx context.Context) error {
	if _, err := g.r.Get(ctx); err != ErrClosed && !errors.Is(err, ErrPeerDied) {
		return fmt.Errorf("get: %w", err)
	}
	if g.r.end.ctl.ended.Load() == 0 { // it died before it had left: its place is free for another
		g.s = sender(g.arena)
		if err := g.s.end.takePlace(ctx, g.opt); err != nil {
			return fmt.Errorf("take its place: %w", err)
		}
		if err := errors.Join(g.passes(), g.s.end.goAway(false)); err != nil {
			return err
		}
	}
	return g.r.end.goAway(false)
}

func (g *stage) senderLearns(ctx context.Context) error {
	err := error(nil)
	for range 100 {
		if err = g.s.Put(ctx, 1); err != nil {
			break
		}
	}
	if err != ErrClosed && !errors.Is(err, ErrPeerDied) {
		return fmt.Errorf("put: %w", err)
	}
	if g.s.end.ctl.ended.Load() == 0 {
		g.r = receiver(g.arena)
		if err := g.r.end.takePlace(ctx, g.opt); err != nil {
			return fmt.Errorf("take its place: %w", err)
		}
		for g.r.TryGet(new(int64)) == nil { // what had been put is still there
		}
		if err := errors.Join(g.passes(), g.r.end.goAway(false)); err != nil {
			return err
		}
	}
	return g.s.end.goAway(false)
}

// nextBegins: nobody is there any more; the next two find their way, in this queue or the next one.
func (g *stage) nextBegins(ctx context.Context) error {
	for _, over := range []bool{false, true} {
		err := g.begin(true, true)
		if errors.Is(err, errOver) && !over { // the name is free: another arena, elsewhere
			if err := g.clear(); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		break
	}
	if err := g.passes(); err != nil {
		return err
	}
	return errors.Join(g.s.end.goAway(false), g.r.end.goAway(false))
}
