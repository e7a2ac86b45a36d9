package shmgrpc

import (
	"errors"
	"net"

	"github.com/shmengine/shmengine/ringbuf"
)

// Listen is ringbuf.Listen for grpc.Server.Serve: the address is the path of a Unix socket, or "@" and an
// abstract name. The server must have [Credentials].
//
// Its Accept differs in one thing: what passes, such as having no descriptors left, is an error with a
// method Temporary, after which Serve goes on.
func Listen(address string, o ringbuf.ConnOptions) (net.Listener, error) {
	l, err := ringbuf.Listen(address, o)
	if err != nil {
		return nil, err
	}
	return listener{l}, nil
}

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return c, bare(err)
}

// temporary is what grpc asks of an error itself, not of what it wraps.
type temporary interface {
	error
	Temporary() bool
}

// bare is the temporary error in err, or err.
func bare(err error) error {
	if t, ok := errors.AsType[temporary](err); ok && t.Temporary() {
		return t
	}
	return err
}
