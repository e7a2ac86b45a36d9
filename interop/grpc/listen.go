package shmgrpc

import (
	"net"

	"github.com/shmengine/shmengine/ringbuf"
)

// Listen is ringbuf.Listen for grpc.Server.Serve: the address is the path of a Unix socket, or "@" and an
// abstract name. The server must have [Credentials].
//
// A server goes on after what passes, such as having no descriptors left.
func Listen(address string, o ringbuf.ConnOptions) (net.Listener, error) {
	l, err := ringbuf.Listen(address, o)
	if err != nil {
		return nil, err
	}
	return l, nil
}
