package ringbuf

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	// helloPatience is how long a client may take to send its memory.
	helloPatience = 10 * time.Second
	// helloMost is how many clients may be about to; whoever comes then waits in the kernel's queue.
	helloMost = 128
	// acceptPause is how long a listener waits after an error of the kernel, such as no descriptors.
	acceptPause = 10 * time.Millisecond
)

// Listener accepts connections. It is a net.Listener: any goroutine may call any method.
type Listener struct {
	socket  *net.UnixListener
	address string
	opt     ConnOptions
	ready   chan accepted // unbuffered: what nobody accepts is closed
	done    chan struct{}
	close   sync.Once
	err     error // of Close
	work    sync.WaitGroup

	mu    sync.Mutex
	early map[*net.UnixConn]bool // have not sent their memory yet; nil after Close
}

var _ net.Listener = (*Listener)(nil)

// accepted is a connection or why there is none.
type accepted struct {
	conn *Conn
	err  error
}

// Listen waits for connections at the address: the path of a Unix socket, or "@" and an abstract
// name. A path that a live listener has is refused; one that a dead one has left is taken over.
// Close removes it.
//
// Clients are let in by one goroutine each, so that one that says nothing does not hold up others.
func Listen(address string, opt ConnOptions) (*Listener, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	socket, err := bind(address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	l := &Listener{
		socket: socket, address: address, opt: opt,
		ready: make(chan accepted), done: make(chan struct{}), early: make(map[*net.UnixConn]bool),
	}
	l.work.Add(1)
	go l.run()
	return l, nil
}

// run takes clients in until the socket is closed.
func (l *Listener) run() {
	defer l.work.Done()
	places := make(chan struct{}, helloMost)
	for {
		line, err := l.socket.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			if !l.hand(accepted{err: l.failure(err)}) {
				return
			}
			l.pause()
			continue
		}
		select {
		case places <- struct{}{}:
		case <-l.done:
			_ = line.Close()
			return
		}
		if !l.isEarly(line, true) {
			_ = line.Close()
			return
		}
		l.work.Add(1)
		go func() {
			defer l.work.Done()
			l.letIn(line, places)
		}()
	}
}

// letIn waits for a client's memory, for a while. A client that sends something else is nobody's
// business: it is closed, and the listener goes on.
func (l *Listener) letIn(line *net.UnixConn, places chan struct{}) {
	_ = line.SetDeadline(time.Now().Add(helloPatience))
	c, err := take(line, l.opt, l.address)
	l.isEarly(line, false)
	<-places
	if err != nil {
		return
	}
	if !l.hand(accepted{conn: c}) {
		_ = c.Close()
	}
}

// isEarly adds a client to those that Close cuts off, or takes it away; false if it is too late.
func (l *Listener) isEarly(line *net.UnixConn, yes bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.early == nil {
		return false
	}
	if yes {
		l.early[line] = true
	} else {
		delete(l.early, line)
	}
	return true
}

// hand gives a connection to Accept; false if the listener is closed.
func (l *Listener) hand(a accepted) bool {
	select {
	case l.ready <- a:
		return true
	case <-l.done:
		return false
	}
}

func (l *Listener) pause() {
	t := time.NewTimer(acceptPause)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.done:
	}
}

// Accept waits for the next connection. Its errors are *net.OpError: net.ErrClosed after Close, and what
// passes, such as having no descriptors left, says so in its method Temporary; who calls again then goes
// on, as net/http and gRPC do.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case <-l.done: // first: Close is a promise
		return nil, l.failure(net.ErrClosed)
	default:
	}
	select {
	case a := <-l.ready:
		if a.err != nil {
			return nil, a.err
		}
		return a.conn, nil
	case <-l.done:
		return nil, l.failure(net.ErrClosed)
	}
}

// failure is err as Accept returns it. What the socket says is about the socket, in an error of the same
// kind: its cause is what is left of it, since servers ask the error itself whether it passes.
func (l *Listener) failure(err error) error {
	var socket *net.OpError
	if errors.As(err, &socket) {
		err = socket.Err
	}
	return &net.OpError{Op: "accept", Net: l.Addr().Network(), Addr: l.Addr(), Err: err}
}

// Close stops listening, removes the socket's file, and closes the connections that were not
// accepted. Those that were go on. Closing twice is nothing.
func (l *Listener) Close() error {
	l.close.Do(func() {
		close(l.done)
		l.err = l.socket.Close()
		l.mu.Lock()
		for line := range l.early {
			_ = line.Close()
		}
		l.early = nil
		l.mu.Unlock()
		l.work.Wait()
	})
	return l.err
}

// Addr is the address.
func (l *Listener) Addr() net.Addr { return ConnAddr(l.address) }
