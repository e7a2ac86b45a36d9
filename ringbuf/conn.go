package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Conn is a stream of bytes to another process and back, through two rings in memory that both map.
// It is a net.Conn: any goroutine may call any method. It comes from Dial, from a Listener, or from
// ConnPair.
//
// Besides the memory the two ends share a Unix socket, through which nothing passes any more: its
// end is how one process learns that the other has closed or died. Reads and writes make no system
// call while the other side is awake.
type Conn struct {
	end  *PipeEnd // its rings; its methods are not used
	mem  memory
	line *net.UnixConn
	peer *connMember

	local, remote ConnAddr

	// mapped is held by every call that touches the rings, and by Close when it unmaps them.
	mapped sync.RWMutex
	closed atomic.Bool // written before mapped is locked for good
	reset  atomic.Bool // the peer went without closing
	ended  chan struct{}

	reading sync.Mutex
	rest    []byte // of view: what the next Read returns first
	view    View

	writing sync.Mutex

	readDeadline, writeDeadline deadline
}

var _ net.Conn = (*Conn)(nil)

// ConnAddr is the name of an end: the address of the listener, or empty.
type ConnAddr string

// Network is "shm".
func (ConnAddr) Network() string { return "shm" }

func (a ConnAddr) String() string { return string(a) }

// errReset is what reads and writes get when the peer died.
var errReset = fmt.Errorf("%w: %w", ErrPeerDied, syscall.ECONNRESET)

// newConn starts a connection whose end of the pipe was taken.
func newConn(end *PipeEnd, mem memory, line *net.UnixConn, m *connMember, local, remote string) *Conn {
	c := &Conn{
		end: end, mem: mem, line: line, peer: m,
		local: ConnAddr(local), remote: ConnAddr(remote), ended: make(chan struct{}),
	}
	c.readDeadline.set(time.Time{})
	c.writeDeadline.set(time.Time{})
	go c.watch()
	return c
}

// watch waits, in the runtime's poller, until the socket's other end is gone. A peer that closed had
// closed the rings before; one that died had not, so they are closed for it, which wakes whoever
// waits. It is the one goroutine of a connection, and ends with Close.
func (c *Conn) watch() {
	defer close(c.ended)
	_, _ = c.line.Read(make([]byte, 1)) // nothing is ever sent: whatever comes is the end
	c.peer.gone.Store(true)
	if !c.enter() {
		return
	}
	defer c.mapped.RUnlock()
	if c.end.in.ring.toProducer.Load()&closed == 0 {
		c.reset.Store(true)
	}
	_ = c.end.Close()
}

// enter begins a use of the rings; false if there are none any more.
func (c *Conn) enter() bool {
	c.mapped.RLock()
	if c.closed.Load() {
		c.mapped.RUnlock()
		return false
	}
	return true
}

// Read reads up to len(b) bytes, and waits for the first. io.EOF says that the peer closed its side
// and all of it was read; an error that is ErrPeerDied and ECONNRESET that its process died without
// that, and there is no more.
func (c *Conn) Read(b []byte) (int, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if !c.enter() {
		return 0, c.opError("read", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	if err := c.readDeadline.passed(); err != nil || len(b) == 0 {
		return 0, c.opError("read", err)
	}
	n := 0
	for n < len(b) {
		if len(c.rest) == 0 {
			if err := c.next(n > 0); err != nil {
				return n, c.opError("read", err)
			}
			if len(c.rest) == 0 {
				break
			}
		}
		k := copy(b[n:], c.rest)
		n += k
		if c.rest = c.rest[k:]; len(c.rest) == 0 {
			c.view.Release()
		}
	}
	return n, nil
}

// next makes rest the next record. If some bytes were read already it does not wait, and leaves an
// error to the next Read.
func (c *Conn) next(some bool) error {
	for {
		v, err := c.end.in.TryPeek()
		if err == ErrEmpty && !some {
			v, err = c.end.in.Peek(c.readDeadline.context())
		}
		switch {
		case err == nil && len(v.Bytes()) > 0:
			c.view, c.rest = v, v.Bytes()
			return nil
		case err == nil: // nobody of ours sends that
			v.Release()
		case some:
			return nil
		case err == context.Canceled && !c.closed.Load(): // the deadline was moved: look again
		default:
			return c.readError(err)
		}
	}
}

func (c *Conn) readError(err error) error {
	switch {
	case c.closed.Load():
		return net.ErrClosed
	case err == context.DeadlineExceeded:
		return os.ErrDeadlineExceeded
	case err == ErrPeerDied, err == ErrClosed && c.reset.Load():
		return errReset
	case err == ErrClosed:
		return io.EOF
	}
	return err
}

// connPieces is into how many pieces a write cuts what the ring holds, so that one side copies in while
// the other copies out.
const connPieces = 16

// Write writes b, and waits until all of it is in the ring. An error that is EPIPE says that the
// peer has closed, or this side was closed for writing.
func (c *Conn) Write(b []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if !c.enter() {
		return 0, c.opError("write", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	if err := c.writeDeadline.passed(); err != nil {
		return 0, c.opError("write", err)
	}
	n, most := 0, int(c.end.out.ring.size/connPieces)
	for n < len(b) {
		piece := b[n:min(len(b), n+most)]
		if err := c.push(piece); err != nil {
			return n, c.opError("write", err)
		}
		n += len(piece)
	}
	return n, nil
}

// push writes one record.
func (c *Conn) push(b []byte) error {
	err := c.end.out.TryPush(b)
	for err == ErrFull || err == context.Canceled && !c.closed.Load() { // or the deadline was moved
		err = c.end.out.Push(c.writeDeadline.context(), b)
	}
	switch {
	case err == nil:
		return nil
	case c.closed.Load():
		return net.ErrClosed
	case err == context.DeadlineExceeded:
		return os.ErrDeadlineExceeded
	case err == ErrPeerDied, err == ErrClosed && c.reset.Load():
		return errReset
	case err == ErrClosed:
		return ErrBrokenPipe
	}
	return err
}

// CloseWrite ends this side's stream: the peer reads what was written, then io.EOF. Reading goes on.
func (c *Conn) CloseWrite() error {
	if !c.enter() {
		return c.opError("close", net.ErrClosed)
	}
	defer c.mapped.RUnlock()
	return c.end.out.ring.Close()
}

// Close ends the connection: calls that wait return at once, and the peer reads what was written,
// then io.EOF. What the peer wrote and was not read is lost. A second Close is an error.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return c.opError("close", net.ErrClosed)
	}
	c.readDeadline.cancelNow()
	c.writeDeadline.cancelNow()
	c.mapped.RLock()
	_ = c.end.Close() // before the socket: the peer must not take it for a death
	c.mapped.RUnlock()
	err := c.line.Close()
	<-c.ended
	c.mapped.Lock()
	defer c.mapped.Unlock()
	return errors.Join(err, c.mem.unmap())
}

// LocalAddr is this end's name.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the other end's name.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline ends reads that wait at t or later, also those that wait now, with
// os.ErrDeadlineExceeded. The zero time is no deadline.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(&c.readDeadline, t) }

// SetWriteDeadline is SetReadDeadline for writes; some of a write may have been written then.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(&c.writeDeadline, t) }

func (c *Conn) setDeadline(d *deadline, t time.Time) error {
	d.set(t)
	if c.closed.Load() { // maybe after Close had cancelled it
		d.cancelNow()
		return c.opError("set", net.ErrClosed)
	}
	return nil
}

// opError is err as package net tells it; nil and io.EOF as they are.
func (c *Conn) opError(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: c.local.Network(), Source: c.local, Addr: c.remote, Err: err}
}
