package shmgrpc_test

import (
	"errors"
	"io/fs"
	"net"
	"path/filepath"
	"sync"
	"testing"

	sys "golang.org/x/sys/unix"
	"google.golang.org/grpc"
	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/shmengine/shmengine/internal/reexec"
	shmgrpc "github.com/shmengine/shmengine/interop/grpc"
	"github.com/shmengine/shmengine/ringbuf"
)

// watched tells of the first error of Accept.
type watched struct {
	net.Listener
	failed func()
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err != nil {
		w.failed()
	}
	return c, err
}

// starved is a server that may open nothing more, until it is told that it may.
var starved = reexec.Register("starved", func(c *reexec.Child) {
	l, err := shmgrpc.Listen(c.Args[0], ringbuf.ConnOptions{})
	check(c, err)
	var limit sys.Rlimit
	check(c, sys.Getrlimit(sys.RLIMIT_NOFILE, &limit))
	none := sys.Rlimit{Max: limit.Max}
	check(c, sys.Setrlimit(sys.RLIMIT_NOFILE, &none))
	var once sync.Once
	serve(c, watched{l, func() {
		once.Do(func() {
			c.At("failed")
			check(c, sys.Setrlimit(sys.RLIMIT_NOFILE, &limit))
		})
	}})
})

// TestServerWithoutDescriptors: a server that cannot accept for the moment goes on when it can.
func TestServerWithoutDescriptors(t *testing.T) {
	address := filepath.Join(t.TempDir(), "grpc")
	p := reexec.Start(t, starved, reexec.Options{Args: []string{address}, Arm: []string{"failed"}, Timeout: patience})
	p.Expect("ready")
	c := pb.NewTestServiceClient(dial(t, shm, address))
	called := make(chan error, 1)
	go func() {
		_, err := c.EmptyCall(ctxOf(t), &pb.Empty{}, grpc.WaitForReady(true))
		called <- err
	}()
	p.WaitAt("failed")
	p.Resume()
	check(t, <-called)
	stop(t, p)
}

// TestAcceptAfterClose: what does not pass is given as it is.
func TestAcceptAfterClose(t *testing.T) {
	l, err := shmgrpc.Listen(filepath.Join(t.TempDir(), "grpc"), ringbuf.ConnOptions{})
	check(t, err)
	check(t, l.Close())
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	if _, err := shmgrpc.Listen(filepath.Join(t.TempDir(), "no", "grpc"), ringbuf.ConnOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Listen in a folder that is not there: %v", err)
	}
}
