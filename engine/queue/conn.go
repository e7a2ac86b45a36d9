package queue

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"

	"github.com/shmengine/shmengine/internal/flat"
	"github.com/shmengine/shmengine/ringbuf"
)

// Conn is a connection between two programs that sends values of type S and receives values of type
// R: numbers, strings, slices and structs of these (see the package). Values arrive whole, once and in order,
// while both live. One goroutine may send while another receives; any may close.
type Conn[S, R any] struct {
	name string
	conn *ringbuf.Conn
	peer int // dialing or listening
	pid  int
	most int

	out  *flat.Plan[S]
	sent S // is being sent; on the heap because methods of it may see its address
	fill func(dst []byte)

	in   *flat.Plan[R]
	got  R // was just received
	take func(src []byte) error
	end  error // the connection was closed for what it had received
}

// A value is sent as the hash of its type's signature, and what the plan of the type writes.
const tagSize = 8

// plans are what both ends of a connection go by.
type plans[S, R any] struct {
	out *flat.Plan[S]
	in  *flat.Plan[R]
}

func plansOf[S, R any]() (p plans[S, R], err error) {
	out, err := flat.For[S]()
	if err != nil {
		return p, err
	}
	in, err := flat.For[R]()
	return plans[S, R]{out, in}, err
}

// types is what the other end is told.
func (p plans[S, R]) types() types {
	cut := func(s string) string { return s[:min(len(s), maxTypes)] }
	return types{p.out.Hash(), p.in.Hash(), cut(p.out.Signature()), cut(p.in.Signature())}
}

// join makes a connection of one whose ends have agreed.
func (p plans[S, R]) join(name string, c *ringbuf.Conn, peer int, o ConnOptions) *Conn[S, R] {
	x := &Conn[S, R]{name: name, conn: c, peer: peer, most: o.most(), out: p.out, in: p.in}
	x.pid, _, _ = c.PeerProcess()
	x.fill, x.take = x.encode, x.decode
	return x
}

// Dial connects to the program that listens at that name, and returns when that has let it in,
// which it does without waiting for Accept: so what is sent then is received, even if this end is
// closed before.
//
// Errors: ErrNobody if no living program listens; ErrAuth if one of the two does not have the other's
// key; ErrType, naming the field, if one end sends another type than the other receives; ErrArgument; one that
// wraps flat's for a type that cannot be sent; that of ctx.
func Dial[S, R any](ctx context.Context, name string, o ConnOptions) (*Conn[S, R], error) {
	c, err := dial[S, R](ctx, name, o)
	if err != nil {
		return nil, fmt.Errorf("dial %q: %w", name, err)
	}
	return c, nil
}

func dial[S, R any](ctx context.Context, name string, o ConnOptions) (*Conn[S, R], error) {
	p, err := plansOf[S, R]()
	if err = errors.Join(validListenName(name), o.Validate(), err); err != nil {
		return nil, err
	}
	c, err := dialSocket(ctx, name, o)
	if err != nil {
		return nil, err
	}
	g := greeter{conn: c, key: o.Key, ours: p.types()}
	if err := g.dial(ctx); err != nil {
		pid, _, _ := c.PeerProcess()
		if err = connFailed(name, listening, pid, err); err == ErrClosed {
			err = fmt.Errorf("%w by the listener, which has not let us in", ErrClosed)
		}
		return nil, errors.Join(err, c.Close())
	}
	return p.join(name, c, listening, o), nil
}

// Send sends v, and waits while there is no room. After any error but that of a death, or of ctx in the
// middle of a long value, v was not sent.
//
// Errors: ErrClosed when either end was closed; a *PeerDiedError; ErrTooLarge and ErrValue, after which
// other values can be sent; that of ctx; ErrCorrupt.
func (c *Conn[S, R]) Send(ctx context.Context, v S) error {
	c.sent = v
	err := c.send(ctx)
	var zero S
	c.sent = zero
	return err
}

func (c *Conn[S, R]) send(ctx context.Context) error {
	n, err := c.out.Measure(&c.sent)
	switch {
	case err != nil:
		return fmt.Errorf("send to %q: %w: %w", c.name, ErrValue, err)
	case n > c.most-tagSize:
		return fmt.Errorf("send to %q: %w: %d bytes, at most %d (ConnOptions.MaxMessage)", c.name, ErrTooLarge, n, c.most-tagSize)
	}
	if err := c.conn.SendMessage(ctx, tagSize+n, c.fill); err != nil {
		return c.failed("send to", err)
	}
	return nil
}

func (c *Conn[S, R]) encode(dst []byte) {
	binary.LittleEndian.PutUint64(dst, c.out.Hash())
	c.out.Encode(dst[tagSize:], &c.sent)
}

// Receive waits for the next value.
//
// Errors: ErrClosed when the other end has closed and all was received; a *PeerDiedError when it has died and all that
// came whole was received; that of ctx; ErrCorrupt or ErrTooLarge if what came is no value of R, after which the
// connection is closed.
func (c *Conn[S, R]) Receive(ctx context.Context) (R, error) {
	var zero R
	if c.end != nil {
		return zero, c.end
	}
	if err := c.conn.RecvMessage(ctx, c.most, c.take); err != nil {
		return zero, c.received(err)
	}
	v := c.got
	c.got = zero
	return v, nil
}

// decode reads a value from memory that the peer may be changing.
func (c *Conn[S, R]) decode(src []byte) error {
	var tag [tagSize]byte
	if copy(tag[:], src) < tagSize || binary.LittleEndian.Uint64(tag[:]) != c.in.Hash() {
		return fmt.Errorf("%w: a message of %d bytes that begins with %x is none of our type", ErrCorrupt, len(src), tag)
	}
	return corrupt(c.in.Decode(src[tagSize:], &c.got))
}

// received is why there is no value. What no program of ours sends ends the connection.
func (c *Conn[S, R]) received(err error) error {
	err = c.failed("receive from", err)
	if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTooLarge) {
		c.end = err
		_ = c.Close()
	}
	return err
}

// All is the values, as Receive returns them, until the other end has closed. An error is given once,
// with the zero R, and ends it; ErrClosed is not given.
func (c *Conn[S, R]) All(ctx context.Context) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for {
			v, err := c.Receive(ctx)
			if err == ErrClosed || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Poll waits until Receive would not have to wait for a value to begin, and takes nothing. With a
// context that is done it does not wait. Its errors are those of Receive.
func (c *Conn[S, R]) Poll(ctx context.Context) error {
	if c.end != nil {
		return c.end
	}
	if err := c.conn.PollMessage(ctx); err != nil {
		return c.received(err)
	}
	return nil
}

// PID is the other end's process, 0 if it cannot be known.
func (c *Conn[S, R]) PID() int { return c.pid }

// CloseSend ends what this end sends: the other one receives what was sent, then ErrClosed.
func (c *Conn[S, R]) CloseSend() error {
	if err := c.conn.CloseWrite(); err != nil {
		return c.failed("close", err)
	}
	return nil
}

// Close ends the connection: the other end receives what was sent, then ErrClosed; calls that wait in this
// one get ErrClosed. What was not received is lost. Closing again is nothing.
func (c *Conn[S, R]) Close() error { return unless(c.conn.Close(), net.ErrClosed) }

func (c *Conn[S, R]) failed(verb string, err error) error {
	err = connFailed(c.name, c.peer, c.pid, err)
	var died *PeerDiedError
	if err == ErrClosed || errors.As(err, &died) {
		return err
	}
	return fmt.Errorf("%s %q: %w", verb, c.name, err)
}

// connFailed is an error of ringbuf as this package tells it.
func connFailed(name string, peer, pid int, err error) error {
	within := errors.Is(err, io.ErrUnexpectedEOF)
	switch {
	case errors.Is(err, ringbuf.ErrPeerDied):
		how := howEnded
		if within {
			how += ", within a value"
		}
		return &PeerDiedError{Queue: name, Role: peers[peer], PID: pid, Died: 1, How: how}
	case within:
		return fmt.Errorf("%w: within a value", ErrClosed)
	case err == io.EOF, errors.Is(err, ringbuf.ErrClosed), errors.Is(err, net.ErrClosed):
		return ErrClosed
	case errors.Is(err, ringbuf.ErrTooLarge):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	case errors.Is(err, ringbuf.ErrCorrupt):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return err
}
