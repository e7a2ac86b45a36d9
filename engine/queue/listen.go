package queue

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/shmengine/shmengine/ringbuf"
)

// Listener accepts connections of programs that dial its name. Any goroutine may call any method.
type Listener[S, R any] struct {
	name   string
	opt    ConnOptions
	plans  plans[S, R]
	socket *ringbuf.Listener
	remove func() error // what Listen made beside the socket

	ready chan *Conn[S, R] // let in, not accepted yet
	ctx   context.Context  // ends with Close
	stop  context.CancelFunc
	work  sync.WaitGroup

	closing sync.Once
	err     error // of Close
}

const (
	// greetMost is how many clients may be in the handshake; whoever comes then waits for one of them.
	greetMost = 128
	// readyMost is how many may wait for Accept; whoever comes then is refused.
	readyMost = 1024
)

// Listen has programs connect to that name, whose ends send R and receive S: this side sends S and receives R. A name at
// which a living program listens is ErrBusy; that of a dead one is taken over. Close frees it.
//
// Clients are let in by goroutines of their own, so that one that says nothing, or something else,
// holds up nobody; it is cut off after ten seconds. Its other errors are those of Dial.
func Listen[S, R any](name string, o ConnOptions) (*Listener[S, R], error) {
	p, err := plansOf[S, R]()
	if err = errors.Join(validListenName(name), o.Validate(), err); err != nil {
		return nil, fmt.Errorf("listen at %q: %w", name, err)
	}
	socket, remove, err := listenSocket(name, o)
	if err != nil {
		return nil, fmt.Errorf("listen at %q: %w", name, err)
	}
	l := &Listener[S, R]{
		name: name, opt: o, plans: p, socket: socket, remove: remove, ready: make(chan *Conn[S, R], readyMost),
	}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.work.Go(l.run)
	return l, nil
}

// run takes clients in until the socket is closed.
func (l *Listener[S, R]) run() {
	places := make(chan struct{}, greetMost)
	for {
		c, err := l.socket.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.refused(0, err)
			continue
		}
		select {
		case places <- struct{}{}:
		case <-l.ctx.Done():
			_ = c.Close()
			return
		}
		l.work.Go(func() {
			defer func() { <-places }()
			l.letIn(c.(*ringbuf.Conn))
		})
	}
}

// letIn shakes hands with a client, and hands it on or closes it.
func (l *Listener[S, R]) letIn(c *ringbuf.Conn) {
	ctx, cancel := context.WithTimeout(l.ctx, handshakePatience)
	defer cancel()
	pid, _, _ := c.PeerProcess()
	g := greeter{conn: c, key: l.opt.Key, ours: l.plans.types()}
	err := g.listen(ctx)
	if err == nil {
		select {
		case l.ready <- l.plans.join(l.name, c, dialing, l.opt):
			return
		default:
			err = fmt.Errorf("%w: %d connections wait for Accept", ErrFull, readyMost)
		}
	}
	_ = c.Close()
	l.refused(pid, connFailed(l.name, dialing, pid, err))
}

func (l *Listener[S, R]) refused(pid int, err error) {
	if l.opt.Refused != nil && l.ctx.Err() == nil {
		l.opt.Refused(fmt.Errorf("let process %d in at %q: %w", pid, l.name, err))
	}
}

// Accept waits for the next connection. A client that has gone meanwhile is accepted, too: what it has sent
// can be received.
//
// Errors: ErrClosed after Close; that of ctx.
func (l *Listener[S, R]) Accept(ctx context.Context) (*Conn[S, R], error) {
	if l.ctx.Err() != nil {
		return nil, ErrClosed
	}
	select {
	case c := <-l.ready:
		return c, nil
	default:
	}
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.ctx.Done():
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, fmt.Errorf("accept at %q: %w", l.name, ctx.Err())
	}
}

// Close stops listening, frees the name, and closes the connections that were not accepted. Those that
// were go on. Closing again is nothing.
func (l *Listener[S, R]) Close() error {
	l.closing.Do(func() {
		l.stop()
		l.err = l.socket.Close()
		l.work.Wait()
		for len(l.ready) > 0 {
			l.turnAway()
		}
		l.err = errors.Join(l.err, l.remove())
	})
	return l.err
}

// turnAway closes a connection that nobody has accepted, unless an Accept has just taken it.
func (l *Listener[S, R]) turnAway() {
	select {
	case c := <-l.ready:
		_ = c.Close()
	default:
	}
}
