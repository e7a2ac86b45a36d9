package futex

import (
	"context"
	"math"

	"github.com/shmengine/shmengine/internal/spin"
)

// swap is a compare-and-swap of the state.
func (b *Barrier) swap(s, t barrierState) bool {
	return b.state.CompareAndSwap(uint64(s), uint64(t))
}

// change is a swap that lets those who sleep go on.
func (b *Barrier) change(s, t barrierState) bool {
	if !b.swap(s, t) {
		return false
	}
	if s&barrierSleepers != 0 {
		at(pointReleased)
		b.bell.Add(1)
		_, _ = Wake(&b.bell, math.MaxInt32)
	}
	return true
}

// fail breaks the round of mine if it is not over.
func (b *Barrier) fail(mine barrierState) bool {
	for {
		s := barrierState(b.state.Load())
		if over, _ := s.outcome(mine); over {
			return false
		}
		if b.change(s, s.broken()) {
			return true
		}
	}
}

// await waits until the round of mine is over. arrived says that the caller is one
// of its parties: then it breaks the round if it has to give up.
func (b *Barrier) await(ctx context.Context, mb Member, mine barrierState, arrived bool) error {
	panics := arrived
	defer func() {
		if panics { // a method of ctx: the party does not come back
			b.fail(mine)
		}
	}()
	err := b.sit(ctx, mb, mine, arrived)
	panics = false
	return err
}

// sit is await.
func (b *Barrier) sit(ctx context.Context, mb Member, mine barrierState, arrived bool) error {
	for s := (spin.Spinner{}); ctx.Err() == nil && s.Next(); {
		if over, err := b.over(mine); over {
			return err
		}
	}
	p := mb.Park(&b.bell)
	defer mb.Unpark(p)
	p.join() // before the look: whoever is before it in line is of no later round
	for {
		p.Look()
		bell := b.bell.Load()
		over, err := b.over(mine)
		switch {
		case over:
			return err
		case b.lost(mb):
			b.fail(mine)
		case b.sleepers(mine):
			at(pointHanging)
			if err := p.WaitInLine(ctx, bell); err != nil && (!arrived || b.fail(mine)) {
				return err
			}
			at(pointWoken)
		}
	}
}

// over reports whether the round of mine is over, and how it ended.
func (b *Barrier) over(mine barrierState) (bool, error) {
	over, broken := barrierState(b.state.Load()).outcome(mine)
	if broken {
		return over, ErrBroken
	}
	return over, nil
}

// lost reports whether a member is dead that the round needs: one that has joined,
// or that runs the action.
func (b *Barrier) lost(mb Member) bool {
	if s := barrierState(b.state.Load()); s&barrierRunning != 0 && !mb.Alive(s.runner()) {
		return true
	}
	for i := range b.joined {
		if v := b.joined[i].Load(); v != 0 && !mb.Alive(ID(v)) {
			return true
		}
	}
	return false
}

// sleepers says in the state that somebody may be asleep, if the round of mine
// still goes on. A swap, so that a barrier which has become something else is
// never written to.
func (b *Barrier) sleepers(mine barrierState) bool {
	s := barrierState(b.state.Load())
	if over, _ := s.outcome(mine); over {
		return false
	}
	return s&barrierSleepers != 0 || b.swap(s, s|barrierSleepers)
}

// seek returns the index of mb's place in the list, or of one that is free or a
// dead member's, or -1.
func (b *Barrier) seek(mb Member) int {
	free := -1
	for i := range b.joined {
		switch v := b.joined[i].Load(); {
		case v == uint32(mb.ID()):
			return i
		case v == 0 && free < 0:
			free = i
		}
	}
	for i := 0; i < memberCells && free < 0; i++ {
		if !mb.Alive(ID(b.joined[i].Load())) {
			free = i
		}
	}
	return free
}
