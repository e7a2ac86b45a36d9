package shmgrpc_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	shmgrpc "github.com/shmengine/shmengine/interop/grpc"
	"github.com/shmengine/shmengine/ringbuf"
)

// A server and a client; they may be different processes.
func Example() {
	address := fmt.Sprintf("@example-%d", os.Getpid())
	l, err := shmgrpc.Listen(address, ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	s := grpc.NewServer(grpc.Creds(shmgrpc.Credentials()))
	grpc_health_v1.RegisterHealthServer(s, health.NewServer())
	go func() { _ = s.Serve(l) }()
	defer s.Stop()

	c, err := shmgrpc.NewClient(address, ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	r, err := grpc_health_v1.NewHealthClient(c).Check(context.Background(), &grpc_health_v1.HealthCheckRequest{})
	fmt.Println(r.GetStatus(), err)
	// Output: SERVING <nil>
}

// A method looks who calls.
func ExampleProcessOf() {
	address := fmt.Sprintf("@example-process-%d", os.Getpid())
	l, err := shmgrpc.Listen(address, ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	sameUser := func(ctx context.Context, in any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		p, ok := shmgrpc.ProcessOf(ctx)
		fmt.Println(ok, p.PID == os.Getpid(), p.UID == os.Getuid())
		return next(ctx, in)
	}
	s := grpc.NewServer(grpc.Creds(shmgrpc.Credentials()), grpc.UnaryInterceptor(sameUser))
	grpc_health_v1.RegisterHealthServer(s, health.NewServer())
	go func() { _ = s.Serve(l) }()
	defer s.Stop()

	c, err := shmgrpc.NewClient(address, ringbuf.ConnOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	_, err = grpc_health_v1.NewHealthClient(c).Check(context.Background(), &grpc_health_v1.HealthCheckRequest{})
	fmt.Println(err)
	// Output:
	// true true true
	// <nil>
}
