package ringbuf

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// Push stores v, and waits while the ring is full: it spins, yields, then sleeps. It fails with
// ErrClosed, ErrCorrupt, the error of ctx, or ErrPeerDied when the ring is full and the consumer's
// process died. After any of these v was not stored (but see TryPush about Close).
func (p *Producer[T]) Push(ctx context.Context, v T) error {
	if err := p.TryPush(v); err != ErrFull {
		return err
	}
	return p.pushSlow(ctx, v)
}

//go:noinline
func (p *Producer[T]) pushSlow(ctx context.Context, v T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for s := (spin.Spinner{}); s.Next(); {
		if err := p.TryPush(v); err != ErrFull {
			return err
		}
	}
	return p.pushParked(ctx, v)
}

// pushParked waits asleep.
func (p *Producer[T]) pushParked(ctx context.Context, v T) error {
	w := wait{word: p.ring.toConsumer, plain: p.ring.plainPop, peer: p.ring.consumer, member: p.member}
	return w.until(ctx, ErrFull, func() error { return p.TryPush(v) }, p.ring.spread)
}

// Pop moves the oldest message out, and waits while the ring is empty: it spins, yields, then
// sleeps. It fails with ErrClosed when the ring is closed and drained, ErrCorrupt, the error of
// ctx, or ErrPeerDied when the ring is drained and the producer's process died. A ring that has no
// producer yet, or whose producer gave its role back, is waited for.
func (c *Consumer[T]) Pop(ctx context.Context) (T, error) {
	var v T
	if err := c.TryPop(&v); err != ErrEmpty {
		return v, err
	}
	return c.popSlow(ctx)
}

//go:noinline
func (c *Consumer[T]) popSlow(ctx context.Context) (v T, err error) {
	if err := ctx.Err(); err != nil {
		return v, err
	}
	for s := (spin.Spinner{}); s.Next(); {
		if err := c.TryPop(&v); err != ErrEmpty {
			return v, err
		}
	}
	return c.popParked(ctx)
}

// popParked waits asleep.
func (c *Consumer[T]) popParked(ctx context.Context) (v T, err error) {
	w := wait{word: c.ring.toProducer, plain: c.ring.plainPush, peer: c.ring.producer, member: c.member}
	err = w.until(ctx, ErrEmpty, func() error { return c.TryPop(&v) }, c.ring.spread)
	return v, err
}

// wait is one sleep of one side, until the other side has done something.
type wait struct {
	word   *atomic.Uint32 // the other side's bell: we set its parked flag and sleep on it
	plain  *atomic.Uint32 // 1: the other side publishes without a fence
	peer   *atomic.Uint32 // the other side's role
	member futex.Member
	crowd  bool          // others of our side sleep on the word too: the flag is not ours to clear
	slice  time.Duration // bound of one sleep where the kernel gives us no barrier
}

// until calls try until it returns something else than blocked. Between setting the parked flag and
// sleeping it tries once more:
//
//	sleeper:    parked = 1;  fence;  try;          sleep while the word still says parked
//	other side: publish;     fence;  look at parked;  clear it, wake
//
// With both fences one of the two sees what the other wrote. An other side that publishes by a
// plain MOV has no fence of its own: then the sleeper's fence is the kernel's barrier in all
// threads, and stands for both. spread carries a state to the bell that try looks at.
func (w *wait) until(ctx context.Context, blocked error, try func() error, spread func(bell uint32)) error {
	place := w.member.Park(w.word)
	defer w.member.Unpark(place)
	if !w.crowd {
		defer w.word.And(^uint32(parked))
	}
	for {
		place.Look()
		place.Of(futex.ID(w.peer.Load()))
		w.word.Or(parked) // a locked instruction: the fence
		fenced := w.plain.Load() == 0 || heavyBarrier()
		if err := try(); err != blocked {
			return err
		}
		if w.peerDied() {
			return w.last(try, blocked, ErrPeerDied)
		}
		bell := w.word.Load()
		if bell&^parked != 0 { // whoever closed or poisoned the ring died half-way
			spread(bell)
		}
		err := w.sleep(ctx, place, bell, fenced)
		if err != nil {
			return w.last(try, blocked, err)
		}
	}
}

// peerDied says whether the other side's role is a dead process's.
func (w *wait) peerDied() bool {
	id := w.peer.Load()
	return id != 0 && !w.member.Alive(futex.ID(id)) && w.peer.Load() == id
}

// last tries once more before the wait ends with err: what a producer stored before it died is
// still delivered.
func (w *wait) last(try func() error, blocked, err error) error {
	if got := try(); got != blocked {
		return got
	}
	return err
}

// sleep sleeps while the word holds bell, the parked flag set and nothing else.
func (w *wait) sleep(ctx context.Context, place *futex.Place, bell uint32, fenced bool) error {
	if bell != parked { // rung, or ended
		return ctx.Err()
	}
	if fenced {
		return place.Wait(ctx, bell)
	}
	w.slice = min(max(2*w.slice, sliceFirst), sliceLast)
	short, cancel := context.WithTimeout(ctx, w.slice)
	defer cancel()
	if err := place.Wait(short, bell); err != nil && short.Err() == nil {
		return err
	}
	return ctx.Err()
}

// Bounds of a sleep that cannot rely on being woken, since the kernel refuses the barrier.
const (
	sliceFirst = time.Millisecond
	sliceLast  = 50 * time.Millisecond
)
