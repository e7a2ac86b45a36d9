package ringbuf

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// ShortBufferError says how long the message is that did not fit. From a ring it is still there;
// from a Pipe it is in Message.
type ShortBufferError struct {
	Need, Have int
	Message    []byte
}

func (e *ShortBufferError) Error() string {
	return fmt.Sprintf("ringbuf: short buffer: message of %d bytes, buffer of %d", e.Need, e.Have)
}

// Is makes errors.Is(err, ErrShortBuffer) true.
func (e *ShortBufferError) Is(target error) bool { return target == ErrShortBuffer }

// TryPop copies the oldest record to dst and gives it back, or fails at once, as TryPeek does, or
// with a ShortBufferError; dst and the ring are then as they were. It returns the record's length.
//
// It panics if a view is out.
func (c *BytesConsumer) TryPop(dst []byte) (int, error) {
	c.mustHaveNoView()
	v, err := c.TryPeek()
	if err != nil {
		return 0, err
	}
	return c.popTo(v, dst)
}

// Pop is TryPop that waits while there is nothing, as Peek does.
func (c *BytesConsumer) Pop(ctx context.Context, dst []byte) (int, error) {
	c.mustHaveNoView()
	v, err := c.Peek(ctx)
	if err != nil {
		return 0, err
	}
	return c.popTo(v, dst)
}

// AppendPop appends the oldest record to dst and gives it back; it waits as Peek does. On an error
// it returns dst as it was.
//
// It panics if a view is out.
func (c *BytesConsumer) AppendPop(ctx context.Context, dst []byte) ([]byte, error) {
	c.mustHaveNoView()
	v, err := c.Peek(ctx)
	if err != nil {
		return dst, err
	}
	dst = append(dst, v.Bytes()...)
	v.Release()
	return dst, nil
}

func (c *BytesConsumer) mustHaveNoView() {
	if c.next != c.done {
		panic("ringbuf: pop while a view is out")
	}
}

func (c *BytesConsumer) popTo(v View, dst []byte) (int, error) {
	data := v.Bytes()
	if len(data) > len(dst) {
		c.back(v)
		return 0, &ShortBufferError{Need: len(data), Have: len(dst)}
	}
	copyLong(dst, data)
	v.Release()
	return len(data), nil
}

// Peek is TryPeek that waits while there is nothing: it spins, yields, then sleeps. It fails with
// the error of ctx, too, and, from a single producer, with ErrPeerDied when the ring is drained and
// the producer's process died. A ring that has no producer yet, or whose producer gave its role
// back, is waited for; so is a record that a living process has claimed. One of a dead process is
// passed over (see Unblock).
func (c *BytesConsumer) Peek(ctx context.Context) (View, error) {
	v, err := c.TryPeek()
	if err != ErrEmpty {
		return v, err
	}
	return c.peekSlow(ctx)
}

//go:noinline
func (c *BytesConsumer) peekSlow(ctx context.Context) (v View, err error) {
	if err := ctx.Err(); err != nil {
		return c.lastLook(err)
	}
	for s := (spin.Spinner{}); s.Next(); {
		if v, err := c.TryPeek(); err != ErrEmpty {
			return v, err
		}
	}
	return c.peekParked(ctx)
}

// lastLook is what a wait ends with whose context was done before: what a dead producer has in
// front of a record does not hide it.
func (c *BytesConsumer) lastLook(ended error) (View, error) {
	if v, err := c.peekPastDead(); err != ErrEmpty {
		return v, err
	}
	return View{}, ended
}

// peekParked waits asleep.
func (c *BytesConsumer) peekParked(ctx context.Context) (v View, err error) {
	w := wait{word: c.ring.toProducer, plain: c.ring.plainPush, peer: c.ring.producer, member: c.member}
	err = w.until(ctx, ErrEmpty, func() (err error) { v, err = c.peekPastDead(); return err }, c.ring.spread)
	return v, err
}

// peekPastDead is TryPeek that passes over the records of the dead, and is flushed although a living
// process has claimed the next one.
func (c *BytesConsumer) peekPastDead() (View, error) {
	flushed := c.takeFlush() // before the look, so that what was stored before it is seen
	v, err := c.TryPeek()
	if err == ErrEmpty && c.Unblock() {
		v, err = c.TryPeek()
	}
	switch {
	case flushed && (err == ErrEmpty || err == ErrClosed):
		return View{}, ErrFlushed
	case flushed && err != ErrFlushed:
		c.ring.flush.Store(1)
	}
	return v, err
}

// Unblock turns those records into padding that were claimed by processes which have died since, as
// far as the consumer has read the tail, and says whether there was one. Peek and Pop do so before
// they sleep, so it is for consumers that only use the Try forms. A record whose process lives, even
// stopped, is never touched.
func (c *BytesConsumer) Unblock() (any bool) {
	if c.bell == &gone {
		panic("ringbuf: use of a released role")
	}
	for pos := c.next; pos != c.limit; {
		word := c.data.at(pos)
		h := record(word.Load())
		n := uint64(max(h.length(), -h.length()))
		if round8(n) > c.limit-pos || n < headerSize {
			return any // TryPeek will say so
		}
		if h.length() < 0 && !c.lives(h.mark()) {
			// From the very value that the dead one stored: if it is another one it is not dead's.
			any = word.CompareAndSwap(uint64(h), uint64(stored(n, markPadding))) || any
		}
		pos += round8(n)
	}
	return any
}

// lives says whether the process that a claimed record names lives. Nobody has written an id that no
// process can have: it is as good as dead.
func (c *BytesConsumer) lives(owner uint32) bool {
	return owner != 0 && owner < reservedID && c.member.Alive(futex.ID(owner))
}

// wait waits, asleep after a while, until try returns something else than ErrFull.
//
//go:noinline
func (p *BytesProducer) wait(ctx context.Context, try func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for s := (spin.Spinner{}); s.Next(); {
		if err := try(); err != ErrFull {
			return err
		}
	}
	w := wait{
		word: p.ring.toConsumer, plain: p.ring.plainPop, peer: p.ring.consumer, member: p.member,
		crowd: p.ring.many,
	}
	return w.until(ctx, ErrFull, try, p.ring.spread)
}
