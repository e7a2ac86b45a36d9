package shmgrpc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/interop"
	pb "google.golang.org/grpc/interop/grpc_testing"
)

// official are gRPC's own tests of interoperability that say something of a transport. They end the
// process when they fail, with the reason on stderr.
var official = map[string]func(context.Context, pb.TestServiceClient, ...grpc.CallOption){
	"empty_unary":                 interop.DoEmptyUnaryCall,
	"large_unary":                 interop.DoLargeUnaryCall,
	"client_streaming":            interop.DoClientStreaming,
	"server_streaming":            interop.DoServerStreaming,
	"ping_pong":                   interop.DoPingPong,
	"empty_stream":                interop.DoEmptyStream,
	"timeout_on_sleeping_server":  interop.DoTimeoutOnSleepingServer,
	"cancel_after_begin":          interop.DoCancelAfterBegin,
	"cancel_after_first_response": interop.DoCancelAfterFirstResponse,
	"custom_metadata":             interop.DoCustomMetadata,
	"status_code_and_message":     interop.DoStatusCodeAndMessage,
	"special_status_message":      interop.DoSpecialStatusMessage,
}

func TestOfficialCases(t *testing.T) {
	p, address := start(t, shm)
	conn := dial(t, shm, address)
	c := pb.NewTestServiceClient(conn)
	for name, do := range official {
		t.Run(name, func(t *testing.T) { do(ctxOf(t), c) })
	}
	t.Run("unimplemented_method", func(t *testing.T) { interop.DoUnimplementedMethod(ctxOf(t), conn) })
	t.Run("unimplemented_service", func(t *testing.T) {
		interop.DoUnimplementedService(ctxOf(t), pb.NewUnimplementedServiceClient(conn))
	})
	stop(t, p)
}

// pattern is n bytes that are different from one another's.
func pattern(n, seed int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16 + seed)
	}
	return b
}

// TestLengths sends messages around the lengths of frames, of the ring's pieces and of the ring, up to
// eight times the ring, through one stream; the same bytes come back, in order.
func TestLengths(t *testing.T) {
	p, address := start(t, shm)
	stream, err := pb.NewTestServiceClient(dial(t, shm, address)).HalfDuplexCall(ctxOf(t))
	check(t, err)
	for _, n := range []int{0, 1, 5, 16<<10 - 5, 16 << 10, 64<<10 - 1, 128 << 10, 2<<20 - 1, 2 << 20, 2<<20 + 1, 16 << 20} {
		want := pattern(n, n)
		check(t, stream.Send(&pb.StreamingOutputCallRequest{Payload: &pb.Payload{Body: want}}))
		got, err := stream.Recv()
		check(t, err)
		if !bytes.Equal(got.GetPayload().GetBody(), want) {
			t.Fatalf("%d bytes are not what was sent", n)
		}
	}
	check(t, stream.CloseSend())
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
	stop(t, p)
}

// TestUnaryOf16MiB is one call with a message of 16 MiB each way.
func TestUnaryOf16MiB(t *testing.T) {
	p, address := start(t, shm)
	const n = 16 << 20
	r, err := pb.NewTestServiceClient(dial(t, shm, address)).UnaryCall(ctxOf(t), &pb.SimpleRequest{
		ResponseSize: n, Payload: &pb.Payload{Body: pattern(n, 1)},
	})
	check(t, err)
	if got := len(r.GetPayload().GetBody()); got != n {
		t.Errorf("%d bytes came back, want %d", got, n)
	}
	stop(t, p)
}

// TestManyStreams has many streams of one connection going at once, and some connections. Nobody gets
// what is another's.
func TestManyStreams(t *testing.T) {
	const conns, streams, messages = 4, 64, 20
	p, address := start(t, shm)
	ctx := ctxOf(t)
	var group sync.WaitGroup
	failed := make(chan error, conns*streams)
	for range conns {
		c := pb.NewTestServiceClient(dial(t, shm, address))
		for i := range streams {
			group.Go(func() { failed <- echo(ctx, c, i, messages) })
		}
	}
	group.Wait()
	close(failed)
	for err := range failed {
		check(t, err)
	}
	stop(t, p)
}

// echo sends messages through a stream of their own, all before the first is received.
func echo(ctx context.Context, c pb.TestServiceClient, seed, messages int) error {
	stream, err := c.HalfDuplexCall(ctx)
	if err != nil {
		return err
	}
	length := func(i int) int { return (seed*131 + i*977) % 5000 }
	for i := range messages {
		m := &pb.StreamingOutputCallRequest{Payload: &pb.Payload{Body: pattern(length(i), seed+i)}}
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for i := range messages {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		if !bytes.Equal(m.GetPayload().GetBody(), pattern(length(i), seed+i)) {
			return fmt.Errorf("stream %d: message %d is not what was sent", seed, i)
		}
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("stream %d: the end is %w", seed, err)
	}
	return nil
}
