package ringbuf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

func sendBytes(c *Conn, ctx context.Context, b []byte) error {
	return c.SendMessage(ctx, len(b), func(dst []byte) { copy(dst, b) })
}

// recvBytes is a copy of the next message.
func recvBytes(c *Conn, ctx context.Context, most int) (got []byte, err error) {
	err = c.RecvMessage(ctx, most, func(b []byte) error { got = bytes.Clone(b); return nil })
	return got, err
}

func connPair(t *testing.T, opt ConnOptions) (a, b *Conn) {
	t.Helper()
	a, b, err := ConnPair(opt)
	noError(t, err)
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// TestConnMessageBorders: messages of all lengths, also those that pass in pieces, keep their borders.
func TestConnMessageBorders(t *testing.T) {
	a, b := connPair(t, ConnOptions{Capacity: 4096})
	lengths := []int{0, 1, 7, 8, 1015, 1016, 1017, 2032, 2033, 5000, 100_000}
	var sent sync.WaitGroup
	sent.Go(func() {
		for i, n := range lengths {
			if err := sendBytes(a, t.Context(), fillPayload(make([]byte, n), uint64(i))); err != nil {
				t.Error(err)
			}
		}
	})
	for i, n := range lengths {
		got, err := recvBytes(b, t.Context(), 100_000)
		if err != nil || !bytes.Equal(got, fillPayload(make([]byte, n), uint64(i))) {
			t.Errorf("message of %d bytes came as %d, %v", n, len(got), err)
		}
	}
	sent.Wait()
	noError(t, a.Close())
	if _, err := recvBytes(b, t.Context(), 10); err != io.EOF {
		t.Errorf("after the last: %v", err)
	}
	if err := sendBytes(b, t.Context(), nil); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("send to who has closed: %v", err)
	}
}

// TestConnMessageContext: what can be had at once is, and a wait ends; the message goes on later.
func TestConnMessageContext(t *testing.T) {
	a, b := connPair(t, ConnOptions{Capacity: 4096})
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := recvBytes(b, done, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("receive from an empty connection: %v", err)
	}
	if err := b.PollMessage(done); !errors.Is(err, context.Canceled) {
		t.Errorf("poll an empty connection: %v", err)
	}
	noError(t, sendBytes(a, done, []byte("x")))
	noError(t, b.PollMessage(done))
	noError(t, b.PollMessage(done))
	if got, err := recvBytes(b, done, 10); string(got) != "x" || err != nil {
		t.Errorf("receive: %q, %v", got, err)
	}
	half := fillPayload(make([]byte, 6000), 1) // more than the ring: its sender waits within
	sent := make(chan error, 1)
	go func() { sent <- sendBytes(a, t.Context(), half) }()
	noError(t, b.PollMessage(t.Context()))
	for stopped := 0; ; stopped++ {
		got, err := recvBytes(b, done, 6000)
		if err == nil {
			if !bytes.Equal(got, half) {
				t.Error("the message was damaged")
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	noError(t, <-sent)
}

// TestConnMessageFails: what is too long, what panics, and who closes meanwhile.
func TestConnMessageFails(t *testing.T) {
	a, b := connPair(t, ConnOptions{Capacity: 4096})
	if !panics(func() { _ = a.SendMessage(t.Context(), 8, func([]byte) { panic("fill") }) }) {
		t.Error("the panic was lost")
	}
	noError(t, sendBytes(a, t.Context(), []byte("next")))
	failed := errors.New("use failed")
	if err := b.RecvMessage(t.Context(), 10, func([]byte) error { return failed }); err != failed {
		t.Errorf("use: %v", err)
	}
	noError(t, sendBytes(a, t.Context(), make([]byte, 11)))
	if _, err := recvBytes(b, t.Context(), 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a message of 11: %v", err)
	}
	if _, err := recvBytes(b, t.Context(), 10); !errors.Is(err, ErrCorrupt) {
		t.Errorf("after that: %v", err)
	}

	a, b = connPair(t, ConnOptions{Capacity: 4096})
	waits := make(chan error, 2)
	go func() { _, err := recvBytes(b, t.Context(), 10); waits <- err }()
	go func() { waits <- sendBytes(b, t.Context(), make([]byte, 10_000)) }()
	untilParked(b.end.in.ring.toProducer.Load)
	untilParked(b.end.out.ring.toConsumer.Load)
	noError(t, b.Close())
	for range 2 {
		if err := <-waits; !errors.Is(err, net.ErrClosed) {
			t.Errorf("a wait that Close ends: %v", err)
		}
	}
	if _, err := recvBytes(a, t.Context(), 1<<20); err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the other end: %v", err)
	}
	for _, err := range []error{sendBytes(b, t.Context(), nil), b.PollMessage(t.Context())} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("of a closed connection: %v", err)
		}
	}
}

// TestConnMessageGivenUp: a message of which only pieces were sent is never delivered.
func TestConnMessageGivenUp(t *testing.T) {
	a, b := connPair(t, ConnOptions{Capacity: 4096})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := sendBytes(a, ctx, make([]byte, 100_000)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("send: %v", err)
	}
	if got, err := recvBytes(b, t.Context(), 1<<20); !errors.Is(err, io.ErrUnexpectedEOF) || got != nil {
		t.Errorf("receive: %d bytes, %v", len(got), err)
	}
}

// talker dials, sends one message and half of another, and waits to be killed.
var talker = reexec.Register("talker", func(c *reexec.Child) {
	conn, err := Dial(context.Background(), c.Args[0], ConnOptions{Capacity: 4096})
	if err != nil {
		c.Fatalf("%v", err)
	}
	for _, n := range []int{100, 1 << 20} {
		c.Say(fmt.Sprint(os.Getpid()))
		if err := sendBytes(conn, context.Background(), make([]byte, n)); err != nil {
			c.Fatalf("%v", err)
		}
	}
})

// TestConnMessagePeerKilled: whole messages come, a half one does not, and the kernel knows who it was.
func TestConnMessagePeerKilled(t *testing.T) {
	l := listenHere(t, ConnOptions{})
	p := reexec.Start(t, talker, reexec.Options{Args: []string{l.Addr().String()}})
	c := acceptHere(t, l).(*Conn)
	if got, err := recvBytes(c, t.Context(), 100); len(got) != 100 || err != nil {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	noError(t, c.PollMessage(t.Context())) // it is within the second one, which does not fit
	pid, uid, err := c.PeerProcess()
	if pid != p.PID() || uid != os.Geteuid() || err != nil {
		t.Errorf("the peer is %d of %d, %v; want %d", pid, uid, err, p.PID())
	}
	p.Kill()
	_, err = recvBytes(c, t.Context(), 1<<20)
	if !errors.Is(err, ErrPeerDied) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("receive: %v", err)
	}
	if err := sendBytes(c, t.Context(), nil); !errors.Is(err, ErrPeerDied) {
		t.Errorf("send: %v", err)
	}
}

// TestConnMessageAllocations: a message that fits allocates nothing on its way.
func TestConnMessageAllocations(t *testing.T) {
	a, b := connPair(t, ConnOptions{})
	buf := make([]byte, 1000)
	n := testing.AllocsPerRun(100, func() {
		noError(t, a.SendMessage(t.Context(), len(buf), func(dst []byte) { copy(dst, buf) }))
		noError(t, b.RecvMessage(t.Context(), len(buf), func(src []byte) error { copy(buf, src); return nil }))
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// ExampleConn_SendMessage fills and reads messages in the memory that both ends share.
func ExampleConn_SendMessage() {
	a, b, err := ConnPair(ConnOptions{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	_ = a.SendMessage(ctx, 5, func(dst []byte) { copy(dst, "hello") })
	_ = a.SendMessage(ctx, 5, func(dst []byte) { copy(dst, "world") })
	_ = a.Close()
	for {
		err := b.RecvMessage(ctx, 1<<20, func(m []byte) error {
			fmt.Println(strings.ToUpper(string(m)))
			return nil
		})
		if err != nil {
			fmt.Println(err)
			break
		}
	}
	_ = b.Close()
	// Output:
	// HELLO
	// WORLD
	// EOF
}
