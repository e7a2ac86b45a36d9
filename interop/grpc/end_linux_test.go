package shmgrpc_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/shmengine/shmengine/internal/reexec"
	shmgrpc "github.com/shmengine/shmengine/interop/grpc"
	"github.com/shmengine/shmengine/ringbuf"
)

// stopping has a call stop in the server.
func stopping(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "stop", "1")
}

// TestCancel: a call that is cancelled ends here at once, and in the server.
func TestCancel(t *testing.T) {
	p, address := start(t, shm, "called", "cancelled")
	c := pb.NewTestServiceClient(dial(t, shm, address))
	ctx, cancel := context.WithCancel(stopping(ctxOf(t)))
	ended := make(chan error, 1)
	go func() {
		_, err := c.EmptyCall(ctx, &pb.Empty{})
		ended <- err
	}()
	p.WaitAt("called")
	p.Resume()
	cancel()
	if err := <-ended; status.Code(err) != codes.Canceled {
		t.Errorf("the call ends with %v", err)
	}
	p.WaitAt("cancelled")
	p.Resume()
	_, err := c.EmptyCall(ctxOf(t), &pb.Empty{})
	check(t, err)
	stop(t, p)
}

// TestServerKilled kills the server within calls of each kind. All of them end with Unavailable at once,
// though nobody has closed anything, and the connection finds the next server at the same address.
func TestServerKilled(t *testing.T) {
	p, address := start(t, shm, "called")
	c := pb.NewTestServiceClient(dial(t, shm, address))
	ctx, ended := ctxOf(t), make(chan error)
	go func() {
		_, err := c.EmptyCall(stopping(ctx), &pb.Empty{})
		ended <- err
	}()
	p.WaitAt("called")
	stream, err := c.FullDuplexCall(ctx)
	check(t, err)
	go func() {
		_, err := stream.Recv()
		ended <- err
	}()
	go func() { ended <- flood(ctx, c) }()
	begin := time.Now()
	p.Kill()
	for range 3 {
		if err := <-ended; status.Code(err) != codes.Unavailable {
			t.Errorf("a call ends with %v", err)
		}
	}
	t.Logf("all calls had ended %v after the kill", time.Since(begin))
	p = startAt(t, shm, address) // the name of the dead is free
	_, err = c.EmptyCall(ctxOf(t), &pb.Empty{}, grpc.WaitForReady(true))
	check(t, err)
	stop(t, p)
}

// flood sends until it cannot: the ring is full most of the time.
func flood(ctx context.Context, c pb.TestServiceClient) error {
	stream, err := c.StreamingInputCall(ctx)
	if err != nil {
		return err
	}
	m := &pb.StreamingInputCallRequest{Payload: &pb.Payload{Body: make([]byte, 1<<20)}}
	for {
		if err := stream.Send(m); err != nil {
			_, err = stream.CloseAndRecv() // which has the reason
			return err
		}
	}
}

// caller is a process that calls and waits.
var caller = reexec.Register("caller", func(c *reexec.Child) {
	conn, err := shmgrpc.NewClient(c.Args[0], ringbuf.ConnOptions{})
	check(c, err)
	_, err = pb.NewTestServiceClient(conn).EmptyCall(stopping(context.Background()), &pb.Empty{})
	c.Fatalf("the call has ended: %v", err)
})

// TestClientKilled: the context of a call ends when the process is killed that has made it, and the server
// goes on.
func TestClientKilled(t *testing.T) {
	p, address := start(t, shm, "called", "cancelled")
	victim := reexec.Start(t, caller, reexec.Options{Args: []string{address}})
	p.WaitAt("called")
	victim.Kill()
	p.Resume()
	p.WaitAt("cancelled")
	p.Resume()
	_, err := pb.NewTestServiceClient(dial(t, shm, address)).EmptyCall(ctxOf(t), &pb.Empty{})
	check(t, err)
	stop(t, p)
}
