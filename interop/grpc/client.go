package shmgrpc

import (
	"context"
	"net"

	"google.golang.org/grpc"

	"github.com/shmengine/shmengine/ringbuf"
)

// target is what a client is made for; the address is the dialer's. It is not in the target because that
// is a URL, in which a path or an abstract name would have to be escaped.
const target = "passthrough:///localhost"

// NewClient is grpc.NewClient for the server that [Listen] has at an address. As there, it connects when
// it is first used, and again when the connection is lost. The options come after those of this package, so they
// win.
//
// Errors: one that is ringbuf.ErrSize for options that cannot be meant; those of grpc.NewClient.
func NewClient(address string, o ringbuf.ConnOptions, opts ...grpc.DialOption) (*grpc.ClientConn, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	ours := []grpc.DialOption{
		grpc.WithTransportCredentials(Credentials()),
		grpc.WithContextDialer(dialer(address, o)),
	}
	return grpc.NewClient(target, append(ours, opts...)...)
}

func dialer(address string, o ringbuf.ConnOptions) func(context.Context, string) (net.Conn, error) {
	return func(ctx context.Context, _ string) (net.Conn, error) {
		c, err := ringbuf.Dial(ctx, address, o)
		if err != nil {
			return nil, err // and no *ringbuf.Conn that is nil
		}
		return c, nil
	}
}
