package ringbuf

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// Push stores v, and waits while the ring is full: it spins, yields, then sleeps. It fails with
// ErrClosed, ErrCorrupt, the error of ctx, or ErrPeerDied when the ring is full, a process with a
// Receiver has died and there is no other Receiver. After any of these v was not stored.
//
// Before it sleeps it asks whether each process with a seat lives.
func (s *Sender[T]) Push(ctx context.Context, v T) error {
	if err := s.TryPushFrom(&v); err != ErrFull {
		return err
	}
	return s.pushSlow(ctx, v)
}

//go:noinline
func (s *Sender[T]) pushSlow(ctx context.Context, v T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for w := (spin.Spinner{}); w.Next(); {
		if err := s.TryPushFrom(&v); err != ErrFull {
			return err
		}
	}
	return s.pushParked(ctx, v)
}

// pushParked waits asleep.
func (s *Sender[T]) pushParked(ctx context.Context, v T) error {
	r := s.ring
	w := lull{word: r.toReceivers, plain: r.plainPop, member: s.member}
	err := w.until(ctx, ErrFull, func() error { return s.TryPush(v) }, func() (bool, bool) {
		return r.mend(s.member, s.next), deserted(r.receivers)
	})
	if err == nil && w.word.Load()&parked != 0 && r.more(s.next, cellEmpty) {
		ring(w.word, 1) // see more
	}
	return err
}

// Pop moves the oldest value out, and waits while there is none: it spins, yields, then sleeps. It
// fails with ErrClosed when the ring is closed and drained, ErrCorrupt, the error of ctx, or
// ErrPeerDied when the ring is drained, a process with a Sender has died and there is no other
// Sender. A ring that has no Sender yet, or whose Senders were all released, is waited for.
//
// A value that was pushed while receivers sleep wakes one of them. If the process of that one is
// stopped, the others sleep on until the next push.
//
// Before it sleeps it asks whether each process with a seat lives.
func (c *Receiver[T]) Pop(ctx context.Context) (T, error) {
	var v T
	if err := c.TryPop(&v); err != ErrEmpty {
		return v, err
	}
	err := c.slow(ctx, func() error { return c.TryPop(&v) })
	return v, err
}

// Take is Pop, but the value stays in the ring until Done: if this process dies before, it is
// delivered again.
//
// It panics if the Receiver holds a value already.
func (c *Receiver[T]) Take(ctx context.Context) (T, error) {
	var v T
	if err := c.TryTake(&v); err != ErrEmpty {
		return v, err
	}
	err := c.slow(ctx, func() error { return c.TryTake(&v) })
	return v, err
}

//go:noinline
func (c *Receiver[T]) slow(ctx context.Context, try func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for s := (spin.Spinner{}); s.Next(); {
		if err := try(); err != ErrEmpty {
			return err
		}
	}
	return c.parked(ctx, try)
}

// parked waits asleep.
func (c *Receiver[T]) parked(ctx context.Context, try func() error) error {
	r := c.ring
	w := lull{word: r.toSenders, plain: r.plainPush, member: c.member}
	err := w.until(ctx, ErrEmpty, try, func() (bool, bool) {
		return r.mend(c.member, c.next), deserted(r.senders)
	})
	if err == nil && w.word.Load()&parked != 0 && r.more(c.next, cellFull) {
		ring(w.word, 1) // see more
	}
	return err
}

// more says whether the next sender (cellEmpty) or receiver (cellFull) would find something, from
// value i on: whether the first cell that has not been through this state is in it.
//
// Whoever slept and got something asks, and wakes one more if so. One wake for each value is not
// enough by itself: a push that is not done holds up those behind it, and whom these wake finds the
// gap and sleeps again. When that push is done it wakes one, who owes the others the wakes that
// were used up; and they to each other, as long as there is more. A gap that is left by the dead
// wakes all.
func (r *MPMC[T]) more(i, state uint64) bool {
	for range r.size + walkMore {
		w, lap := r.cells.at(i).stamp.Load(), r.lap(i)
		switch d := ahead(w, lap); {
		case w == lap|state, state == cellEmpty && r.drops(w, lap):
			return true
		case d < 0 || d == 0 && w&stateMask < state:
			return false
		}
		i++
	}
	return true // somebody is faster than we can walk
}

// lull is one sleep on a bell of ring and arm.
type lull struct {
	word   *atomic.Uint32 // the other side's bell
	plain  *atomic.Uint32 // 1: the other side publishes without a fence
	member futex.Member
	slice  time.Duration // bound of one sleep where the kernel gives us no barrier
}

// until calls try until it returns something else than blocked. Between arming the bell and
// sleeping it tries once more:
//
//	sleeper:     parked = 1, count++;  fence;  try;  sleep while the word is what it was
//	other side:  publish;              fence;  look at parked;  count++, wake
//
// With both fences one of the two sees what the other wrote; wait.until says how the second one is
// brought. The flag stays set when the sleeper leaves, since others may sleep: it costs the next
// publication one system call.
//
// look repairs what the dead have left, and says whether there was anything, and whether nobody is
// on the other side any more.
func (w *lull) until(ctx context.Context, blocked error, try func() error, look func() (mended, deserted bool)) error {
	place := w.member.Park(w.word)
	defer w.member.Unpark(place)
	for {
		place.Look()
		armed := arm(w.word)
		fenced := w.plain.Load() == 0 || heavyBarrier()
		if err := try(); err != blocked {
			return err
		}
		switch mended, alone := look(); {
		case mended && ctx.Err() == nil:
			continue
		case alone:
			return w.last(try, blocked, ErrPeerDied)
		}
		if err := w.sleep(ctx, place, armed, fenced); err != nil {
			return w.last(try, blocked, err)
		}
	}
}

// last tries once more before the wait ends with err.
func (w *lull) last(try func() error, blocked, err error) error {
	if got := try(); got != blocked {
		return got
	}
	return err
}

// sleep sleeps while the bell holds armed.
func (w *lull) sleep(ctx context.Context, place *futex.Place, armed uint32, fenced bool) error {
	if armed&parked == 0 { // rung already
		return ctx.Err()
	}
	if fenced {
		return place.Wait(ctx, armed)
	}
	w.slice = min(max(2*w.slice, sliceFirst), sliceLast)
	short, cancel := context.WithTimeout(ctx, w.slice)
	defer cancel()
	if err := place.Wait(short, armed); err != nil && short.Err() == nil {
		return err
	}
	return ctx.Err()
}
