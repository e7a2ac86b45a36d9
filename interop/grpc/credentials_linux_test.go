package shmgrpc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	shmgrpc "github.com/shmengine/shmengine/interop/grpc"
	"github.com/shmengine/shmengine/ringbuf"
)

// TestProcessOf: each side knows the other's process and user.
func TestProcessOf(t *testing.T) {
	p, address := start(t, shm)
	var md metadata.MD
	var who peer.Peer
	_, err := pb.NewTestServiceClient(dial(t, shm, address)).EmptyCall(ctxOf(t), &pb.Empty{}, grpc.Header(&md), grpc.Peer(&who))
	check(t, err)
	if want := fmt.Sprint(shmgrpc.Process{PID: os.Getpid(), UID: os.Getuid()}); strings.Join(md["caller"], "") != want {
		t.Errorf("the server says that %v calls, want %v", md["caller"], want)
	}
	got, ok := shmgrpc.ProcessOf(peer.NewContext(t.Context(), &who))
	if want := (shmgrpc.Process{PID: p.PID(), UID: os.Getuid()}); !ok || got != want {
		t.Errorf("%v answers (%v), want %v", got, ok, want)
	}
	if _, ok := shmgrpc.ProcessOf(t.Context()); ok {
		t.Error("a context of no call has a process")
	}
	if _, ok := shmgrpc.ProcessOf(peer.NewContext(t.Context(), &peer.Peer{})); ok {
		t.Error("a peer of another transport has a process")
	}
	stop(t, p)
}

// token is a secret that must not go through a line that others can read.
type token struct{}

func (token) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"token": "secret"}, nil
}

func (token) RequireTransportSecurity() bool { return true }

// TestTokens: the line is private, so secrets may be sent through it, and any authority may be named.
func TestTokens(t *testing.T) {
	p, address := start(t, shm)
	c := pb.NewTestServiceClient(dial(t, shm, address))
	_, err := c.EmptyCall(ctxOf(t), &pb.Empty{}, grpc.PerRPCCredentials(token{}), grpc.CallAuthority("prices"))
	check(t, err)
	stop(t, p)
}

// TestOtherConnections: the credentials are for no other connection than ours.
func TestOtherConnections(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	for _, do := range []func() (net.Conn, credentials.AuthInfo, error){
		func() (net.Conn, credentials.AuthInfo, error) { return shmgrpc.Credentials().ServerHandshake(a) },
		func() (net.Conn, credentials.AuthInfo, error) {
			return shmgrpc.Credentials().Clone().ClientHandshake(t.Context(), "", a)
		},
	} {
		if _, _, err := do(); err == nil || !strings.Contains(err.Error(), "*net.pipe") {
			t.Errorf("a pipe: %v", err)
		}
	}
}

// TestOptions: options are refused by NewClient; what was dialled in vain is no connection, and says why.
func TestOptions(t *testing.T) {
	if _, err := shmgrpc.NewClient("@x", ringbuf.ConnOptions{Capacity: -1}); !errors.Is(err, ringbuf.ErrSize) {
		t.Errorf("a capacity of -1: %v", err)
	}
	if _, err := shmgrpc.Listen("@x", ringbuf.ConnOptions{MaxMemory: -1}); !errors.Is(err, ringbuf.ErrSize) {
		t.Errorf("a memory of -1: %v", err)
	}
	c, err := shmgrpc.NewClient("/nonexistent/grpc", ringbuf.ConnOptions{})
	check(t, err)
	defer c.Close()
	_, err = pb.NewTestServiceClient(c).EmptyCall(ctxOf(t), &pb.Empty{})
	if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "/nonexistent/grpc") {
		t.Errorf("a call to nobody: %v", err)
	}
}
