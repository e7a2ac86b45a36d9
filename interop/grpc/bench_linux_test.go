package shmgrpc_test

import (
	"fmt"
	"testing"

	pb "google.golang.org/grpc/interop/grpc_testing"
)

// Both transports carry the same calls to a server in a process of its own:
//
//	go -C interop/grpc test -run '^$' -bench . -count 10

var transports = []string{shm, unix}

func eachTransport(b *testing.B, sizes []int, run func(b *testing.B, c pb.TestServiceClient, size int)) {
	for _, size := range sizes {
		for _, transport := range transports {
			b.Run(fmt.Sprintf("%s/%d", transport, size), func(b *testing.B) {
				p, address := start(b, transport)
				c := pb.NewTestServiceClient(dial(b, transport, address))
				for range 100 {
					_, err := c.EmptyCall(b.Context(), &pb.Empty{})
					check(b, err)
				}
				run(b, c, size)
				b.StopTimer()
				stop(b, p)
			})
		}
	}
}

// BenchmarkUnary is one call after the other, with a message of that many bytes each way.
func BenchmarkUnary(b *testing.B) {
	eachTransport(b, []int{64, 4 << 10, 1 << 20}, func(b *testing.B, c pb.TestServiceClient, size int) {
		in := &pb.SimpleRequest{ResponseSize: int32(size), Payload: &pb.Payload{Body: make([]byte, size)}}
		b.SetBytes(2 * int64(size))
		for b.Loop() {
			_, err := c.UnaryCall(b.Context(), in)
			check(b, err)
		}
	})
}

// BenchmarkParallel is calls of many goroutines at once.
func BenchmarkParallel(b *testing.B) {
	eachTransport(b, []int{64}, func(b *testing.B, c pb.TestServiceClient, size int) {
		in := &pb.SimpleRequest{ResponseSize: int32(size), Payload: &pb.Payload{Body: make([]byte, size)}}
		b.SetParallelism(32)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				_, err := c.UnaryCall(b.Context(), in)
				check(b, err)
			}
		})
	})
}

// BenchmarkStream is messages one way, as fast as they go.
func BenchmarkStream(b *testing.B) {
	eachTransport(b, []int{64, 4 << 10, 64 << 10, 1 << 20}, func(b *testing.B, c pb.TestServiceClient, size int) {
		stream, err := c.StreamingInputCall(b.Context())
		check(b, err)
		in := &pb.StreamingInputCallRequest{Payload: &pb.Payload{Body: make([]byte, size)}}
		b.SetBytes(int64(size))
		for b.Loop() {
			check(b, stream.Send(in))
		}
		_, err = stream.CloseAndRecv()
		check(b, err)
	})
}
