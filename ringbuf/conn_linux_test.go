package ringbuf

import (
	"net"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"golang.org/x/net/nettest"
)

// TestConn is the conformance test of net.Conn, over both ways to get one.
func TestConn(t *testing.T) {
	t.Run("pair", func(t *testing.T) {
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			a, b, err := ConnPair(ConnOptions{})
			if err != nil {
				return nil, nil, nil, err
			}
			return a, b, func() { a.Close(); b.Close() }, nil
		})
	})
	t.Run("dial", func(t *testing.T) {
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			l, err := Listen("@"+leaktest.Name("conn"), ConnOptions{})
			if err != nil {
				return nil, nil, nil, err
			}
			a, err := Dial(t.Context(), l.Addr().String(), ConnOptions{Capacity: 4096})
			if err != nil {
				return nil, nil, nil, err
			}
			b, err := l.Accept()
			if err != nil {
				return nil, nil, nil, err
			}
			return a, b, func() { a.Close(); b.Close(); l.Close() }, nil
		})
	})
}

// TestConnManyWaiting: more readers wait than a process may have asleep in the kernel.
func TestConnManyWaiting(t *testing.T) {
	const n = 100
	ended := make(chan error, n)
	var far []*Conn
	for range n {
		a, b, err := ConnPair(ConnOptions{Capacity: 4096})
		noError(t, err)
		far = append(far, b)
		go func() {
			defer a.Close()
			_, err := a.Read(make([]byte, 1))
			ended <- err
		}()
	}
	for _, b := range far {
		must[int](t)(b.Write([]byte{1}))
	}
	for range n {
		noError(t, <-ended)
	}
	for _, b := range far {
		b.Close()
	}
}
