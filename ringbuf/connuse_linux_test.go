package ringbuf

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/rpc"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/reexec"
)

// listenHere is a listener with an abstract name that ends with the test.
func listenHere(t *testing.T, opt ConnOptions) *Listener {
	l := must[*Listener](t)(Listen("@"+leaktest.Name(strings.ReplaceAll(t.Name(), "/", "-")), opt))
	t.Cleanup(func() { noError(t, l.Close()) })
	return l
}

func dialHere(t *testing.T, l *Listener, opt ConnOptions) *Conn {
	c := must[*Conn](t)(Dial(t.Context(), l.Addr().String(), opt))
	t.Cleanup(func() { c.Close() })
	return c
}

func acceptHere(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c := must[net.Conn](t)(l.Accept())
	t.Cleanup(func() { c.Close() })
	return c
}

// TestConnBeforeAccept: what a client wrote that was gone before Accept is read, then EOF.
func TestConnBeforeAccept(t *testing.T) {
	l := listenHere(t, ConnOptions{})
	c := dialHere(t, l, ConnOptions{})
	must[int](t)(c.Write([]byte("early")))
	noError(t, c.Close())
	if b, err := io.ReadAll(acceptHere(t, l)); err != nil || string(b) != "early" {
		t.Errorf("%q, %v", b, err)
	}
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
}

// TestConnHalfClose: each direction ends for itself.
func TestConnHalfClose(t *testing.T) {
	a, b, err := ConnPair(ConnOptions{})
	noError(t, err)
	defer b.Close()
	must[int](t)(a.Write([]byte("question")))
	noError(t, a.CloseWrite())
	if _, err := a.Write([]byte("more")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write after CloseWrite: %v", err)
	}
	if got, err := io.ReadAll(b); err != nil || string(got) != "question" {
		t.Errorf("%q, %v", got, err)
	}
	must[int](t)(b.Write([]byte("answer")))
	buf := make([]byte, 10)
	if n, err := a.Read(buf); err != nil || string(buf[:n]) != "answer" {
		t.Errorf("%q, %v", buf[:n], err)
	}
	noError(t, a.Close())
	for err = nil; err == nil; _, err = b.Write(buf) { // until it has noticed
	}
	if !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a closed peer: %v", err)
	}
}

// TestConnSilentClient does not hold up others, nor Close.
func TestConnSilentClient(t *testing.T) {
	l := listenHere(t, ConnOptions{})
	silent := must[net.Conn](t)(net.Dial("unix", l.Addr().String()))
	defer silent.Close()
	c := dialHere(t, l, ConnOptions{})
	must[int](t)(c.Write([]byte("x")))
	if n, err := acceptHere(t, l).Read(make([]byte, 2)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	unaccepted := dialHere(t, l, ConnOptions{})
	noError(t, l.Close())
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("accept after Close: %v", err)
	}
	if _, err := unaccepted.Read(make([]byte, 1)); err == nil {
		t.Error("a connection that nobody accepted can be read")
	}
	if _, err := Dial(t.Context(), l.Addr().String(), ConnOptions{}); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after Close: %v", err)
	}
}

// TestListenPath: who gets a path, and what is left of it.
func TestListenPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l := must[*Listener](t)(Listen(path, ConnOptions{}))
	if _, err := Listen(path, ConnOptions{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second listener: %v", err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	noError(t, l.Close())
	noError(t, l.Close())
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("after Close: %v", err)
	}
	noError(t, os.WriteFile(path, []byte("mine"), 0o600))
	if _, err := Listen(path, ConnOptions{}); err == nil {
		t.Error("listens where a file was")
	}
	noError(t, os.Remove(path))

	child := reexec.Start(t, listens, reexec.Options{Args: []string{path}})
	child.WaitAt("listening")
	child.Stop()
	if _, err := Listen(path, ConnOptions{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("the path of a stopped listener: %v", err)
	}
	child.Kill()
	l = must[*Listener](t)(Listen(path, ConnOptions{}))
	must[*Conn](t)(Dial(t.Context(), path, ConnOptions{})).Close()
	noError(t, l.Close())
}

// Children: a listener at the path in their argument that does nothing, and one that echoes.
var (
	listens = reexec.Register("listens", func(c *reexec.Child) {
		_, err := Listen(c.Args[0], ConnOptions{})
		check(c, err)
		c.At("listening")
		c.Hear()
	})
	echoes = reexec.Register("echoes", func(c *reexec.Child) {
		l, err := Listen(c.Args[0], ConnOptions{})
		check(c, err)
		c.At("listening")
		for {
			conn, err := l.Accept()
			check(c, err)
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	})
)

// TestConnTwoProcesses: a stream there and back.
func TestConnTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	reexec.Start(t, echoes, reexec.Options{Args: []string{path}}).WaitAt("listening")
	var all sync.WaitGroup
	for i := range 4 {
		c := must[*Conn](t)(Dial(t.Context(), path, ConnOptions{Capacity: 1 << (12 + 2*i)}))
		want := fillPayload(make([]byte, 1<<20), uint64(i))
		all.Go(func() {
			defer c.Close()
			go func() {
				_, _ = io.Copy(c, bytes.NewReader(want))
				_ = c.CloseWrite()
			}()
			if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
}

// TestConnPeerKilled: who reads, or writes to a full ring, is told; so is who comes later.
func TestConnPeerKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for _, writes := range []bool{false, true} {
		child := reexec.Start(t, listens, reexec.Options{Args: []string{path}})
		child.WaitAt("listening")
		c := must[*Conn](t)(Dial(t.Context(), path, ConnOptions{}))
		err := killDuring(child, 10*time.Millisecond, func() (err error) {
			if writes {
				_, err = c.Write(make([]byte, 10_000))
			} else {
				_, err = c.Read(make([]byte, 1))
			}
			return err
		})
		_, rerr := c.Read(make([]byte, 1))
		_, werr := c.Write(make([]byte, 1))
		for _, err := range []error{err, rerr, werr} {
			if !errors.Is(err, syscall.ECONNRESET) || !errors.Is(err, ErrPeerDied) {
				t.Errorf("writes %t: %v", writes, err)
			}
		}
		noError(t, c.Close())
	}
}

// TestConnHTTP and TestConnRPC: what is written for sockets runs unchanged.
func TestConnHTTP(t *testing.T) {
	l := listenHere(t, ConnOptions{})
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body) // all of it before the answer: package http is not full duplex
		_, _ = w.Write(b)
	})}
	served := make(chan error)
	go func() { served <- srv.Serve(l) }()
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return Dial(ctx, l.Addr().String(), ConnOptions{})
	}}
	client := &http.Client{Transport: tr}
	for n := range 20 {
		body := fillPayload(make([]byte, n*n*1000), uint64(n))
		resp := must[*http.Response](t)(client.Post("http://shm/", "application/octet-stream", bytes.NewReader(body)))
		got, err := io.ReadAll(resp.Body)
		if resp.Body.Close(); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes: %d, %v", len(body), len(got), err)
		}
	}
	tr.CloseIdleConnections()
	noError(t, srv.Shutdown(t.Context()))
	if err := <-served; err != http.ErrServerClosed {
		t.Errorf("serve: %v", err)
	}
}

// Arith is a service of package net/rpc.
type Arith struct{}

// Double doubles.
func (Arith) Double(x int, y *int) error {
	*y = 2 * x
	return nil
}

func TestConnRPC(t *testing.T) {
	l := listenHere(t, ConnOptions{})
	srv := rpc.NewServer()
	noError(t, srv.Register(Arith{}))
	go srv.ServeConn(dialHere(t, l, ConnOptions{}))
	client := rpc.NewClient(acceptHere(t, l))
	for x := range 100 {
		var y int
		if err := client.Call("Arith.Double", x, &y); err != nil || y != 2*x {
			t.Fatalf("%d, %v", y, err)
		}
	}
	noError(t, client.Close())
}

// TestConnNoAllocations: a write and a read that need not wait.
func TestConnNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	a, b, err := ConnPair(ConnOptions{})
	noError(t, err)
	defer a.Close()
	defer b.Close()
	buf := make([]byte, 4096)
	if n := testing.AllocsPerRun(2000, func() { _, _ = a.Write(buf); _, _ = b.Read(buf) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
