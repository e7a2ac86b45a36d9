package shmgrpc

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/shmengine/shmengine/ringbuf"
)

// Process is the program at the other end of a connection, as the kernel noted it when the connection was
// made. It cannot be forged, and is not asked again: the process may have ended since.
type Process struct {
	PID int // 0 if it is of another pid namespace
	UID int
}

// auth is what a connection is known by.
type auth struct {
	credentials.CommonAuthInfo
	process Process
}

// AuthType names the kind of authentication, as package credentials wants it.
func (auth) AuthType() string { return protocol }

// ValidateAuthority lets a call name any authority: there is one server at the other end, whatever it is called.
func (auth) ValidateAuthority(string) error { return nil }

const protocol = "shm"

// Credentials are for both ends of a connection of package ringbuf. There is no cipher, because there is
// no line: the memory is that of the two processes. So calls may carry tokens that want a transport that is
// private, as over a Unix socket with grpc's local credentials. Any other connection is refused.
func Credentials() credentials.TransportCredentials { return shared{} }

// shared is Credentials.
type shared struct{}

// ClientHandshake says who listens.
func (shared) ClientHandshake(_ context.Context, _ string, c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return authenticated(c)
}

// ServerHandshake says who has dialled.
func (shared) ServerHandshake(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return authenticated(c)
}

func authenticated(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	shm, ok := c.(*ringbuf.Conn)
	if !ok {
		return nil, nil, fmt.Errorf("shmgrpc: a connection of type %T, want one of package ringbuf (Listen, NewClient)", c)
	}
	pid, uid, err := shm.PeerProcess()
	if err != nil {
		return nil, nil, fmt.Errorf("shmgrpc: %w", err)
	}
	level := credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}
	return c, auth{level, Process{pid, uid}}, nil
}

// Info is what package credentials wants to know.
func (shared) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: protocol}
}

// Clone is the credentials: they have no state.
func (s shared) Clone() credentials.TransportCredentials { return s }

// OverrideServerName does nothing: no name is verified.
func (shared) OverrideServerName(string) error { return nil }

// ProcessOf is the program that has made the call whose context a server's method has; on a client, with
// the peer that grpc.Peer has stored put into a context by peer.NewContext, the one that answered.
// It is false for a call that did not come through this package.
func ProcessOf(ctx context.Context) (Process, bool) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return Process{}, false
	}
	a, ok := p.AuthInfo.(auth)
	return a.process, ok
}
