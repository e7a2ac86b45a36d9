package shmarena

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

// connPair is two ends of a Unix socket of a type.
func connPair(t *testing.T, kind int) (a, b *net.UnixConn) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	return unixConn(t, pair[0]), unixConn(t, pair[1])
}

func unixConn(t interface {
	Helper()
	Fatalf(string, ...any)
	Cleanup(func())
}, fd int,
) *net.UnixConn {
	t.Helper()
	f := os.NewFile(uintptr(fd), "socket")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.UnixConn)
}

// socketReceiver takes an arena from its socket and does what the test says.
var socketReceiver = reexec.Register("socketReceiver", func(c *reexec.Child) {
	conn := unixConn(c, int(c.File(0).Fd()))
	for range 300 { // so that the number of the descriptor needs more than a byte
		if _, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			c.Fatalf("%v", err)
		}
	}
	take := Receive
	if c.Args[0] == "read" {
		take = ReceiveReadOnly
	}
	a, err := take(context.Background(), conn)
	if err != nil {
		c.Fatalf("%v", err)
	}
	if n := a.File().Fd(); n < 300 {
		c.Fatalf("descriptor %d", n)
	}
	x, err := Lookup[int64](a, "x")
	if err != nil || x.Slice()[7] != 42 {
		c.Fatalf("%v", err)
	}
	c.Say("right")
})

// an arena goes over sockets of each type to another process, to
// which it is not known by any name.
func TestSendTo(t *testing.T) {
	for name, kind := range map[string]int{"stream": unix.SOCK_STREAM, "packet": unix.SOCK_SEQPACKET, "datagram": unix.SOCK_DGRAM} {
		for _, b := range []Backing{BackingShm, BackingMemfd} {
			t.Run(name+"/"+b.String(), func(t *testing.T) { sendAcross(t, kind, b) })
		}
	}
}

func sendAcross(t *testing.T, kind int, b Backing) {
	a := createFor(t, Options{Size: 1 << 20, Backing: b})
	x := mustAlloc[int64](t, a, 10)
	x.Slice()[7] = 42
	if err := a.Publish("x", x); err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"write", "read"} {
		pair, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		far := os.NewFile(uintptr(pair[1]), "far")
		defer far.Close()
		near := unixConn(t, pair[0])
		p := reexec.Start(t, socketReceiver, reexec.Options{Args: []string{how}, Files: []*os.File{far}})
		if err := a.SendTo(t.Context(), near); err != nil {
			t.Fatal(err)
		}
		p.Expect("right")
		p.Wait()
	}
}

// What is not one message with one descriptor of an arena is an error, and leaves
// no descriptor open.
func TestReceiveRefuses(t *testing.T) {
	arena := createFor(t, Options{Size: 1})
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	note := socketNote(magic, arena.at.id)
	for _, c := range []struct {
		name string
		data []byte
		fds  []*os.File
		want error
	}{
		{"no descriptor", note, nil, ErrMagic},
		{"another message", []byte("GET / HTTP/1.1\r\n"), []*os.File{arena.File()}, ErrMagic},
		{"another kind", socketNote(sealedMagic, 0), []*os.File{arena.File()}, ErrMagic},
		{"short", note[:8], []*os.File{arena.File()}, ErrMagic},
		{"two descriptors", note, []*os.File{arena.File(), null}, ErrMagic},
		{"many descriptors", note, []*os.File{null, null, null, null, null, null}, ErrMagic},
		{"not an arena", note, []*os.File{null}, ErrMagic},
	} {
		from, to := connPair(t, unix.SOCK_STREAM)
		var fds []int
		for _, f := range c.fds {
			fds = append(fds, int(f.Fd()))
		}
		before := descriptors(t)
		if _, _, err := from.WriteMsgUnix(c.data, unix.UnixRights(fds...), nil); err != nil {
			t.Fatal(err)
		}
		if a, err := Receive(t.Context(), to); !errors.Is(err, c.want) || a != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if after := descriptors(t); after != before {
			t.Errorf("%s: %d descriptors, before %d", c.name, after, before)
		}
	}
}

// What arrives does not go to children, not even before Receive has looked at it.
func TestReceivedIsCloseOnExec(t *testing.T) {
	a := createFor(t, Options{Size: 1})
	from, to := connPair(t, unix.SOCK_STREAM)
	if err := a.SendTo(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	f, err := receiveFile(t.Context(), to, magic)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("flags %#x, %v", flags, err)
	}
}

// Receive ends with its context, and with the other side; what is there is taken
// even if the context is done; the connection can be used after.
func TestReceiveEnds(t *testing.T) {
	a := createFor(t, Options{Size: 1})
	from, to := connPair(t, unix.SOCK_STREAM)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Receive(done, to); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is done: %v", err)
	}
	brief, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Receive(brief, to); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a context that ends: %v", err)
	}
	if err := a.SendTo(done, from); err != nil {
		t.Fatal(err)
	}
	b, err := Receive(done, to)
	if err != nil || b.at != a.at {
		t.Fatalf("what is there: %v", err)
	}
	closeAtEnd(t, b)
	late := make(chan error, 1)
	go func() { late <- a.SendTo(t.Context(), from) }()
	if c, err := Receive(t.Context(), to); err != nil || <-late != nil {
		t.Errorf("after a context that ended: %v", err)
	} else {
		closeAtEnd(t, c)
	}
	from.Close()
	if _, err := Receive(t.Context(), to); !errors.Is(err, io.EOF) {
		t.Errorf("the other side has closed: %v", err)
	}
}

// SendTo waits for room in the socket, as long as its context lasts.
func TestSendToWaits(t *testing.T) {
	a := createFor(t, Options{Size: 1})
	from, to := connPair(t, unix.SOCK_SEQPACKET)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	sent := 0
	for ; sent < 100000; sent++ {
		if err := a.SendTo(ctx, from); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a full socket: %v", err)
			}
			break
		}
	}
	for range sent {
		b, err := Receive(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
