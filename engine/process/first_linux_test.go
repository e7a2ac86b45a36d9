package process_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// waitFor waits for the first of some things, patiently.
func waitFor(tb testing.TB, on ...syscall.Conn) []int {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ready, err := process.Wait(ctx, on...)
	if err != nil {
		tb.Fatal(err)
	}
	return ready
}

func TestWaitForProcesses(t *testing.T) {
	p, q, r := start(t, child(hang)), start(t, child(exits, "3")), start(t, child(hang))
	if ready := waitFor(t, p, q, r); !slices.Equal(ready, []int{1}) {
		t.Fatalf("ready: %v", ready)
	}
	if n, known := q.ExitCode(); n != 3 || !known {
		t.Errorf("a process that is ready has exit code %d, %v", n, known)
	}
	over, cancel := contextSoonOver()
	defer cancel()
	if ready, err := process.Wait(over, p, r); ready != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("nothing is ready, context over: %v, %v", ready, err)
	}
	if ready, err := process.Wait(over, p, q, r); err != nil || !slices.Equal(ready, []int{1}) {
		t.Errorf("one has ended before, context over: %v, %v", ready, err)
	}
	if ready, err := process.Wait(over, q); err != nil || !slices.Equal(ready, []int{0}) {
		t.Errorf("all have ended: %v, %v", ready, err)
	}
}

// Sentinels, pipes, sockets and files are waited for together.
func TestWaitForAll(t *testing.T) {
	p := start(t, child(hang))
	r, w, err := os.Pipe()
	must(err)
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	must(err)
	client, err := net.Dial("unix", l.Addr().String())
	must(err)
	server, err := l.Accept()
	must(err)
	defer func() { must(errors.Join(r.Close(), w.Close(), l.Close(), client.Close(), server.Close())) }()
	conn := server.(*net.UnixConn)

	woken := make(chan []int)
	go func() { woken <- waitFor(t, p, r, conn) }()
	_, err = client.Write([]byte("x"))
	must(err)
	if ready := <-woken; !slices.Equal(ready, []int{2}) {
		t.Errorf("socket: %v", ready)
	}
	_, err = w.Write([]byte("x"))
	must(err)
	must(p.Kill())
	<-p.Done()
	if ready := waitFor(t, p, r, conn); !slices.Equal(ready, []int{0, 1, 2}) {
		t.Errorf("all: %v", ready)
	}
	plain, err := os.Open("/proc/self/exe")
	must(err)
	defer func() { must(plain.Close()) }()
	if ready := waitFor(t, start(t, child(hang)), plain); !slices.Equal(ready, []int{1}) {
		t.Errorf("regular file: %v", ready)
	}
}

func TestWaitErrors(t *testing.T) {
	r, w, err := os.Pipe()
	must(err)
	must(errors.Join(r.Close(), w.Close()))
	if _, err := process.Wait(t.Context(), r); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed file: %v", err)
	}
	before := openFDs()
	p := start(t, child(hang))
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		_, err := process.Wait(ctx, p, p, p)
		waited <- err
	}()
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) || !p.Alive() {
		t.Errorf("cancelled: %v, alive %v", err, p.Alive())
	}
	must(p.Kill())
	<-p.Done()
	eventually(t, "descriptors are closed", func() bool { return openFDs() <= before })
}

// Without room for descriptors Wait fails, with the reason, and leaves none.
var cramped = role("cramped", func([]string) {
	p, err := process.Start(child(hang))
	must(err)
	over, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	before := openFDs()
	must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: 4096}))
	_, err = process.Wait(over, p)
	must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 4096, Max: 4096}))
	if !errors.Is(err, unix.EMFILE) || openFDs() != before {
		fatal(err, openFDs(), before)
	}
	must(p.Kill())
	<-p.Done()
})

func TestWaitWithoutDescriptors(t *testing.T) {
	p := start(t, child(cramped))
	if got := code(t, p); got != 0 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
}

// A wait that begins around the end of the process misses it never.
func TestWaitAroundEnd(t *testing.T) {
	for range 50 {
		p := start(t, child(exits, "0"))
		if ready := waitFor(t, p); !slices.Equal(ready, []int{0}) || p.Alive() {
			t.Fatalf("ready %v, alive %v", ready, p.Alive())
		}
	}
}

// The pidfd can be polled by others too.
func TestSentinel(t *testing.T) {
	p := start(t, child(hang))
	conn, err := p.SyscallConn()
	must(err)
	must(conn.Control(func(fd uintptr) {
		if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0); n != 0 || err != nil {
			t.Errorf("poll while it runs: %d, %v", n, err)
		}
	}))
	must(p.Kill())
	<-p.Done()
	if _, err := p.SyscallConn(); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("after the end: %v", err)
	}
}
