package ringbuf

import (
	"context"
	"fmt"
	"io"
	"net"
)

// A Conn whose two ends agree on it carries messages instead of a stream: each Send is received
// whole, once, as long as neither end reads or writes.

// SendMessage sends a message of n bytes, which fill writes, and waits while there is no room. If it
// takes up to a quarter of the ring, dst is the ring's memory; the peer may be changing it, so it must
// only be written. A longer one is made in memory of its own, and sent in pieces while the peer receives.
//
// fill must write all of dst, and must not call c. If it panics nothing was sent.
//
// Errors: ErrBrokenPipe if the peer has closed; one that is ErrPeerDied and ECONNRESET if its process
// died; net.ErrClosed; that of ctx, and nothing was sent. An error in the middle of a message of several
// pieces ends the sending: the peer gets io.ErrUnexpectedEOF.
func (c *Conn) SendMessage(ctx context.Context, n int, fill func(dst []byte)) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if !c.enter() {
		return c.opError("send", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	if n > int(c.end.out.ring.size/4)-headerSize {
		b := make([]byte, n)
		fill(b)
		return c.opError("send", c.sendError(c.sendPieces(ctx, b)))
	}
	l, err := c.end.out.Claim(ctx, n)
	if err != nil {
		return c.opError("send", c.sendError(err))
	}
	filled := false
	defer func() {
		if !filled {
			_ = l.Abort()
		}
	}()
	fill(l.Bytes())
	filled = true
	return c.opError("send", c.sendError(l.Commit()))
}

// sendPieces sends b as records that belong together. What was begun and cannot be ended closes the
// direction.
func (c *Conn) sendPieces(ctx context.Context, b []byte) error {
	piece := int(c.end.out.ring.size/4) - headerSize
	for begun := false; ; begun = true {
		mark := uint32(markMore)
		if len(b) <= piece {
			piece, mark = len(b), 0
		}
		if err := c.end.out.pushMarked(ctx, b[:piece], mark); err != nil {
			if begun {
				_ = c.end.out.ring.Close()
			}
			return err
		}
		if b = b[piece:]; mark == 0 {
			return nil
		}
	}
}

// sendError is what an error of the ring means to who sends.
func (c *Conn) sendError(err error) error {
	switch {
	case err == nil:
		return nil
	case c.closed.Load():
		return net.ErrClosed
	case err == ErrPeerDied, err == ErrClosed && c.reset.Load():
		return errReset
	case err == ErrClosed:
		return ErrBrokenPipe
	}
	return err
}

// RecvMessage waits for the next message, hands it to use, and returns what use does. b is the ring's
// memory, which the peer may be changing, or, of a message in pieces, memory that use may keep: what
// may be looked at twice must be copied. use must not call c, and not keep b otherwise.
//
// Errors: io.EOF when the peer has closed and all was received; one that is ErrPeerDied and
// ECONNRESET if its process died without that; io.ErrUnexpectedEOF beside these if it happened within a
// message; ErrTooLarge for a message of more than most bytes, and there is no more then; ErrCorrupt;
// net.ErrClosed; that of ctx, after which the next call goes on where this one stopped.
func (c *Conn) RecvMessage(ctx context.Context, most int, use func(b []byte) error) error {
	c.reading.Lock()
	defer c.reading.Unlock()
	if !c.enter() {
		return c.opError("receive", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	e := c.end
	for {
		v, err := e.in.Peek(ctx)
		if err != nil {
			return c.opError("receive", c.recvError(err))
		}
		data := v.Bytes()
		if n := len(e.part) + len(data); n > most {
			_ = e.in.ring.poison("message", uint64(n))
			return c.opError("receive", fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most))
		}
		if !v.more() && !e.within {
			return hand(v, use)
		}
		e.part, e.within = append(e.part, data...), v.more()
		v.Release()
		if !e.within {
			b := e.part
			e.part = nil
			return use(b)
		}
	}
}

// hand lends a message of one piece.
func hand(v View, use func(b []byte) error) error {
	defer v.Release()
	return use(v.Bytes())
}

// recvError is what an error of the ring means to who receives.
func (c *Conn) recvError(err error) error {
	err = c.readError(err)
	if c.end.within && err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if c.end.within && err == errReset {
		return fmt.Errorf("%w: %w", errReset, io.ErrUnexpectedEOF)
	}
	return err
}

// PollMessage waits until a message has begun to arrive, and takes nothing. Its errors are those of
// RecvMessage.
func (c *Conn) PollMessage(ctx context.Context) error {
	c.reading.Lock()
	defer c.reading.Unlock()
	if !c.enter() {
		return c.opError("poll", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	v, err := c.end.in.Peek(ctx)
	if err != nil {
		return c.opError("poll", c.recvError(err))
	}
	c.end.in.back(v)
	return nil
}

// PeerProcess is the process id of the other end, as the kernel noted it when the connection was made,
// and its user's. A process of another pid namespace is 0.
func (c *Conn) PeerProcess() (pid, uid int, err error) {
	if !c.enter() { // the socket is closed soon after
		return 0, 0, c.opError("look", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	return peerOf(c.line)
}
