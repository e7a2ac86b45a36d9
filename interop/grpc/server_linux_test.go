package shmgrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/local"
	"google.golang.org/grpc/interop"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"

	"github.com/shmengine/shmengine/internal/reexec"
	shmgrpc "github.com/shmengine/shmengine/interop/grpc"
	"github.com/shmengine/shmengine/ringbuf"
)

// patience is how long anything may take.
const patience = 30 * time.Second

// most is the longest message that is sent here, and a little.
const most = 17 << 20

// service is gRPC's own test service, as its interoperability tests want it, and what they do not ask for.
type service struct {
	pb.TestServiceServer
	at func(point string)
}

// EmptyCall says who calls, and waits for the call's end if it is asked to.
func (s service) EmptyCall(ctx context.Context, in *pb.Empty) (*pb.Empty, error) {
	p, _ := shmgrpc.ProcessOf(ctx)
	if err := grpc.SetHeader(ctx, metadata.Pairs("caller", fmt.Sprint(p))); err != nil {
		return nil, err
	}
	if md, _ := metadata.FromIncomingContext(ctx); len(md["stop"]) > 0 {
		s.at("called")
		<-ctx.Done()
		s.at("cancelled")
		return nil, ctx.Err()
	}
	return s.TestServiceServer.EmptyCall(ctx, in)
}

// HalfDuplexCall returns what has come, when all of it has.
func (s service) HalfDuplexCall(stream pb.TestService_HalfDuplexCallServer) error {
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&pb.StreamingOutputCallResponse{Payload: in.Payload}); err != nil {
			return err
		}
	}
}

// server is a process with the service; it ends when it is told so.
var server = reexec.Register("server", func(c *reexec.Child) {
	l, err := listen(c.Args[0], c.Args[1])
	check(c, err)
	serve(c, l)
})

func serve(c *reexec.Child, l net.Listener) {
	s := grpc.NewServer(serverOptions(c.Args[0])...)
	pb.RegisterTestServiceServer(s, service{interop.NewTestServer(), c.At})
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	c.Say("ready")
	c.Hear()
	s.GracefulStop()
	check(c, <-ended)
}

// Transports.
const (
	shm  = "shm"
	unix = "unix"
)

func listen(transport, address string) (net.Listener, error) {
	if transport == unix {
		return net.Listen("unix", address)
	}
	return shmgrpc.Listen(address, ringbuf.ConnOptions{})
}

func serverOptions(transport string) []grpc.ServerOption {
	creds := shmgrpc.Credentials()
	if transport == unix {
		creds = local.NewCredentials()
	}
	return []grpc.ServerOption{grpc.Creds(creds), grpc.MaxRecvMsgSize(most)}
}

// dial is a client.
func dial(t testing.TB, transport, address string) *grpc.ClientConn {
	t.Helper()
	calls := grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(most))
	var c *grpc.ClientConn
	var err error
	if transport == unix {
		c, err = grpc.NewClient("unix:"+address, calls, grpc.WithTransportCredentials(local.NewCredentials()))
	} else {
		c, err = shmgrpc.NewClient(address, ringbuf.ConnOptions{}, calls)
	}
	check(t, err)
	t.Cleanup(func() { check(t, c.Close()) })
	return c
}

// start is a server of its own, and its address.
func start(t testing.TB, transport string, arm ...string) (p *reexec.Proc, address string) {
	t.Helper()
	address = filepath.Join(t.TempDir(), "grpc")
	return startAt(t, transport, address, arm...), address
}

func startAt(t testing.TB, transport, address string, arm ...string) *reexec.Proc {
	t.Helper()
	p := reexec.Start(t, server, reexec.Options{Args: []string{transport, address}, Arm: arm, Timeout: patience})
	p.Expect("ready")
	return p
}

// stop ends a server in an orderly way.
func stop(t testing.TB, p *reexec.Proc) {
	t.Helper()
	p.Say("stop")
	if s := p.Wait(); s.Code != 0 {
		t.Errorf("the server ended with %v", s)
	}
}

// tester is what a child and a test have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func check(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func ctxOf(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
