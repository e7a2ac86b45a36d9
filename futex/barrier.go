package futex

import (
	"context"
	"fmt"
)

// MaxParties is how many parties a Barrier can have.
const MaxParties = 1 << 20

// Init sets the number of parties, once: any of them may call it, with the same
// number. ErrParties is a number below 1 or above MaxParties, or another than was
// set before.
func (b *Barrier) Init(n int) error {
	if n < 1 || n > MaxParties {
		return fmt.Errorf("%w must be 1 to %d, not %d", ErrParties, MaxParties, n)
	}
	b.bell.CompareAndSwap(0, 1) // a bell of zeroed memory is none that anybody sleeps on
	if b.parties.CompareAndSwap(0, uint32(n)) {
		return nil
	}
	if now := b.parties.Load(); now != uint32(n) {
		return fmt.Errorf("%w is %d, not %d", ErrParties, now, n)
	}
	return nil
}

// Parties is how many parties there are, or 0 if Init was not called.
func (b *Barrier) Parties() int { return int(b.parties.Load()) }

// Wait arrives, and waits until all parties have. The index tells the parties of
// a round apart: the first to arrive has the highest, N-1; the last has 0.
//
//   - nil: all have arrived.
//   - ErrBroken: not all, or the action failed; see [Barrier]. The index says
//     nothing.
//   - an error of ctx: the caller has arrived and does not wait any more, so it
//     has broken the barrier. With ctx done from the start the last one to
//     arrive still ends the round.
//   - ErrParties: Init was not called.
//   - ErrAddress: the barrier is not in mapped memory.
//
// If more goroutines than parties use the barrier, any N of them are a round.
func (b *Barrier) Wait(ctx context.Context, mb Member) (int, error) {
	return b.WaitAction(ctx, mb, nil)
}

// WaitAction is Wait with an action. The last one to arrive calls its own, before
// anybody leaves; the others' are not called. If the action fails or panics, or
// its process dies, the barrier is broken; the one that called it gets ErrBroken
// with the action's error, or the panic.
func (b *Barrier) WaitAction(ctx context.Context, mb Member, action func() error) (int, error) {
	for {
		n, s := b.parties.Load(), barrierState(b.state.Load())
		switch {
		case n == 0:
			return 0, ErrParties
		case s&barrierBroken != 0:
			return 0, ErrBroken
		case s&barrierRunning != 0 || s.count() >= n: // the round is full: wait for the next one
			if err := b.await(ctx, mb, s, false); err != nil {
				return 0, err
			}
		case s.count()+1 < n:
			if b.swap(s, s+1) {
				at(pointTaken)
				return int(n - 1 - s.count()), b.await(ctx, mb, s, true)
			}
		case action == nil:
			if b.change(s, s.released()) {
				return 0, nil
			}
		case b.swap(s, s.running(mb.ID())):
			return 0, b.act(mb, s.running(mb.ID()), action)
		}
	}
}

// act runs the action, and ends the round.
func (b *Barrier) act(mb Member, mine barrierState, action func() error) error {
	ended := false
	defer func() {
		if !ended { // it has failed or panicked
			b.fail(mine)
		}
	}()
	if err := action(); err != nil {
		return fmt.Errorf("%w by its action: %w", ErrBroken, err)
	}
	ended = true
	for {
		s := barrierState(b.state.Load())
		if !s.sameRound(mine) || s&barrierBroken != 0 || s.runner() != mb.ID() {
			return ErrBroken
		}
		if b.change(s, s.released()) {
			return nil
		}
	}
}

// Abort breaks the barrier: all who wait, and all who come until Reset, get
// ErrBroken.
func (b *Barrier) Abort() {
	for {
		s := barrierState(b.state.Load())
		if s&barrierBroken != 0 || b.change(s, s.broken()) {
			return
		}
	}
}

// Reset ends the round: all who wait get ErrBroken, and the barrier works anew,
// without members that have joined and died. It is for whoever knows that the
// parties are to begin again; mb is who asks for lives.
func (b *Barrier) Reset(mb Member) {
	b.Abort() // first: those who wait have this reason, when the dead have left the list
	s := barrierState(b.state.Load())
	if s&barrierBroken == 0 {
		return // somebody else has, meanwhile
	}
	forgot := b.forget(mb)
	if !b.change(s, s.reset()) && forgot {
		b.Abort() // somebody else has, and may be waiting for one who was forgotten
	}
}

// forget takes those who are dead off the list, and reports whether there were any.
func (b *Barrier) forget(mb Member) (some bool) {
	for i := range b.joined {
		if v := b.joined[i].Load(); v != 0 && !mb.Alive(ID(v)) {
			some = b.joined[i].CompareAndSwap(v, 0) || some
		}
	}
	return some
}

// Broken reports whether the barrier is broken at this moment.
func (b *Barrier) Broken() bool { return barrierState(b.state.Load())&barrierBroken != 0 }

// Join makes the death of mb break the barrier, until Leave: within the round if
// others wait, and at the latest in the next one. ErrFull says that 64 other
// members have joined.
func (b *Barrier) Join(mb Member) error {
	id := uint32(mb.ID())
	for {
		i := b.seek(mb)
		if i < 0 {
			return ErrFull
		}
		switch v := b.joined[i].Load(); {
		case v == id:
			return nil
		case v != 0 && mb.Alive(ID(v)):
		default:
			if v != 0 {
				b.Abort() // nobody else will learn of this one
			}
			if b.joined[i].CompareAndSwap(v, id) {
				return nil
			}
		}
	}
}

// Leave takes back what Join said.
func (b *Barrier) Leave(mb Member) {
	for i := range b.joined {
		b.joined[i].CompareAndSwap(uint32(mb.ID()), 0)
	}
}
