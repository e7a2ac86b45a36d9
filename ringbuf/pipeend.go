package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// PipeEnd is one side of a Pipe. One goroutine may send while another receives.
type PipeEnd struct {
	// MaxMessage bounds what is received: a longer message is ErrTooLarge, and the direction is
	// poisoned. It is 64 MiB unless it is changed before the first use.
	MaxMessage int

	out *BytesProducer // nil: this side only reads
	in  *BytesConsumer // nil: this side only writes

	part   []byte // of a message whose rest has not come yet
	within bool   // such a message has begun

	looked time.Time // when Send has last asked whether the reader lives

	closed atomic.Bool // this end was closed
	died   atomic.Bool // the other end's process was seen dead
}

// Send sends b as one message, and waits while there is no room: for a message of up to a quarter of
// the capacity until it fits whole, for a longer one until its last piece fits.
//
// ErrBrokenPipe says that the other end was closed, ErrClosed that this one was, ErrPeerDied that
// the other end's process is dead; a message that was sent up to a millisecond after the death may
// return nil, and is lost. An error of ctx means that nothing was sent; if pieces were sent already, this direction is closed: the other end gets
// io.ErrUnexpectedEOF, never a part of a message.
func (e *PipeEnd) Send(ctx context.Context, b []byte) error {
	switch {
	case e.out == nil:
		return fmt.Errorf("send: %w", ErrDirection)
	case e.died.Load():
		return fmt.Errorf("send: %w", ErrPeerDied)
	case e.readerDied():
		return fmt.Errorf("send: %w", ErrPeerDied)
	}
	piece := int(e.out.ring.size/4) - headerSize
	for sent := false; len(b) > piece; sent = true {
		if err := e.out.pushMarked(ctx, b[:piece], markMore); err != nil {
			return e.sendFailed(err, sent)
		}
		b = b[piece:]
		if len(b) <= piece {
			return e.sendFailed(e.out.pushMarked(ctx, b, 0), true)
		}
	}
	return e.sendFailed(e.out.pushMarked(ctx, b, 0), false)
}

// lookEvery is how often Send asks whether the reader lives. The question is a system call; a side
// that only sends, into a pipe that is not full, would not learn it otherwise.
const lookEvery = time.Millisecond

// readerDied says whether the other end's process is dead and nobody has taken its place. While that
// is so it asks every time.
func (e *PipeEnd) readerDied() bool {
	now := time.Now()
	if now.Sub(e.looked) < lookEvery {
		return false
	}
	r := e.out.ring
	id := r.consumer.Load()
	if id != 0 && !e.out.member.Alive(futex.ID(id)) && r.consumer.Load() == id && e.out.bell.Load()&^parked == 0 {
		return true
	}
	e.looked = now
	return false
}

// sendFailed is what a failed push means to Send. A message that was begun cannot be ended.
func (e *PipeEnd) sendFailed(err error, begun bool) error {
	if err == nil {
		return nil
	}
	if begun {
		_ = e.out.ring.Close()
	}
	if err == ErrClosed && !e.closed.Load() {
		err = ErrBrokenPipe
	}
	return fmt.Errorf("send: %w", err)
}

// Recv appends the next message to dst and returns that; it waits until one has come.
//
// io.EOF says that the other end was closed and all was received, io.ErrUnexpectedEOF that it was
// closed, or killed, in the middle of a message; ErrPeerDied that its process died between two;
// ErrClosed that this end was closed. After an error of ctx the next Recv goes on where this one
// stopped.
func (e *PipeEnd) Recv(ctx context.Context, dst []byte) ([]byte, error) {
	if e.in == nil {
		return dst, fmt.Errorf("receive: %w", ErrDirection)
	}
	for {
		v, err := e.in.Peek(ctx)
		if err != nil {
			return dst, e.recvFailed(err)
		}
		if len(e.part)+len(v.Bytes()) > e.MaxMessage {
			_ = e.in.ring.poison("message", uint64(len(e.part)+len(v.Bytes())))
			return dst, fmt.Errorf("receive: %w: more than %d bytes", ErrTooLarge, e.MaxMessage)
		}
		if !v.more() {
			dst = append(append(dst, e.part...), v.Bytes()...)
			e.part, e.within = nil, false
			v.Release()
			return dst, nil
		}
		e.part, e.within = append(e.part, v.Bytes()...), true
		v.Release()
	}
}

func (e *PipeEnd) recvFailed(err error) error {
	switch {
	case err == ErrPeerDied:
		e.died.Store(true)
	case err == ErrClosed && e.closed.Load():
		return fmt.Errorf("receive: %w", err)
	case err == ErrClosed && !e.within:
		return io.EOF
	case err != ErrClosed:
		return fmt.Errorf("receive: %w", err)
	}
	if e.within {
		return io.ErrUnexpectedEOF
	}
	return fmt.Errorf("receive: %w", err)
}

// RecvInto is Recv into a buffer; it returns the message's length. A message that does not fit is in
// the ShortBufferError, whole, and has left the pipe.
func (e *PipeEnd) RecvInto(ctx context.Context, buf []byte) (int, error) {
	b, err := e.Recv(ctx, buf[:0:len(buf)])
	if err != nil {
		return 0, err
	}
	if len(b) > len(buf) {
		return 0, &ShortBufferError{Need: len(b), Have: len(buf), Message: b}
	}
	return len(b), nil
}

// Poll waits until Recv would not have to wait for the beginning of a message, and takes nothing.
// With a context that is done it does not wait. Its errors are those of Recv.
func (e *PipeEnd) Poll(ctx context.Context) error {
	if e.in == nil {
		return fmt.Errorf("poll: %w", ErrDirection)
	}
	v, err := e.in.Peek(ctx)
	if err != nil {
		return e.recvFailed(err)
	}
	e.in.back(v)
	return nil
}

// CloseWrite ends what this side sends: the other end receives what was sent, then io.EOF.
func (e *PipeEnd) CloseWrite() error {
	if e.out == nil {
		return fmt.Errorf("close: %w", ErrDirection)
	}
	return e.out.ring.Close()
}

// Close ends both directions and wakes whoever waits in them. The other end receives what was sent,
// then io.EOF; what it sends is ErrBrokenPipe. Closing twice is nothing.
func (e *PipeEnd) Close() error {
	e.closed.Store(true)
	var err error
	if e.out != nil {
		err = e.out.ring.Close()
	}
	if e.in != nil {
		err = errors.Join(err, e.in.ring.Close())
	}
	return err
}
