package process_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// roleEnv makes this test binary play one of the roles below instead of running tests.
const roleEnv = "SHMENGINE_PROCESS_TEST_ROLE"

// patience bounds every wait of these tests; it only ends tests that hang.
const patience = 60 * time.Second

var roles = map[string]func(args []string){}

// role registers what a child does; the returned name starts it.
func role(name string, f func(args []string)) string {
	roles[name] = f
	return name
}

func TestMain(m *testing.M) {
	name := os.Getenv(roleEnv)
	if name != "naive" { // which forgets it
		process.Init()
	}
	if name == "" {
		hearInterrupts()
		leaktest.Main(m)
		return
	}
	f, ok := roles[name]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such role:", name)
		os.Exit(97)
	}
	f(os.Args[1:])
	os.Exit(0)
}

// hearInterrupts has children begin with interrupts that end them, also if this process was started with
// interrupts ignored, as a shell does in the background: what is ignored stays so through exec, what is caught
// does not.
func hearInterrupts() {
	if signal.Ignored(os.Interrupt) {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
}

// child is a command that plays a role, whose standard output nobody hears unless the test
// says otherwise. (A race build sleeps a second at exit unless told.)
func child(role string, args ...string) process.Command {
	env := []string{roleEnv + "=" + role, "GORACE=atexit_sleep_ms=0"}
	return process.Command{Args: args, Env: env, Stdout: io.Discard}
}

// start starts c and ends it with the test.
func start(tb testing.TB, c process.Command) *process.Process {
	tb.Helper()
	p, err := process.Start(c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := p.Kill(); err != nil {
			tb.Error(err)
		}
		join(tb, p)
	})
	return p
}

// join waits for the end of p.
func join(tb testing.TB, p *process.Process) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.Join(ctx); err != nil {
		tb.Fatalf("Join: %v", err)
	}
}

// code joins p and returns its exit code.
func code(tb testing.TB, p *process.Process) int {
	tb.Helper()
	join(tb, p)
	c, known := p.ExitCode()
	if !known {
		tb.Fatalf("%v: exit code unknown", p)
	}
	return c
}

// eventually waits until something that happens by itself has happened.
func eventually(tb testing.TB, what string, happened func() bool) {
	tb.Helper()
	for end := time.Now().Add(patience); !happened(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("waited %v in vain until %s", patience, what)
		}
	}
}

// mouth is a writer from which a test hears what a child says, line by line.
type mouth struct {
	tb testing.TB
	r  *io.PipeReader
	w  *io.PipeWriter
	s  *bufio.Scanner
}

func newMouth(tb testing.TB) *mouth {
	r, w := io.Pipe()
	m := &mouth{tb: tb, r: r, w: w, s: bufio.NewScanner(r)}
	tb.Cleanup(func() { _ = r.Close() }) // unblocks a pump; never fails
	return m
}

func (m *mouth) Write(b []byte) (int, error) { return m.w.Write(b) }

// hear returns the next line.
func (m *mouth) hear() string {
	m.tb.Helper()
	timer := time.AfterFunc(patience, func() { _ = m.r.CloseWithError(errors.New("nothing heard")) })
	defer timer.Stop()
	if !m.s.Scan() {
		m.tb.Fatalf("child said nothing more: %v", m.s.Err())
	}
	return m.s.Text()
}

// hearUntil drops lines up to the one that ends so.
func (m *mouth) hearUntil(end string) {
	m.tb.Helper()
	for !strings.HasSuffix(m.hear(), end) {
	}
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// fatal ends a role that cannot go on.
func fatal(args ...any) {
	fmt.Fprintln(os.Stderr, args...)
	os.Exit(98)
}

// must ends a role on an error.
func must(err error) {
	if err != nil {
		fatal(err)
	}
}

// hang is the role of a child that does nothing until it is ended.
var hang = role("hang", func([]string) {
	fmt.Println("up")
	sleep()
})

// sleep sleeps for ever. (With select the runtime would call it a deadlock.)
func sleep() {
	for {
		time.Sleep(time.Hour)
	}
}

// witness watches a process that is no child of ours through a pidfd, so that a stranger
// with the same number is not mistaken for it.
type witness struct {
	tb  testing.TB
	pid int
	fd  int
}

func watch(tb testing.TB, pid int) witness {
	tb.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		tb.Fatalf("pidfd_open %d: %v", pid, err)
	}
	tb.Cleanup(func() { _ = unix.Close(fd) })
	return witness{tb, pid, fd}
}

// mustDie waits until the process is dead. If it was orphaned and handed to us (leaktest
// makes this process the reaper of its orphans), it is reaped.
func (w witness) mustDie() {
	w.tb.Helper()
	fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, int(patience/time.Millisecond))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n != 1 {
			w.tb.Fatalf("process %d outlived its parent: %v", w.pid, err)
		}
		_ = unix.Waitid(unix.P_PIDFD, w.fd, nil, unix.WEXITED, nil) // ECHILD: somebody else's
		return
	}
}

func (w witness) alive() bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}, 0)
	return err == nil && n == 0
}

// atoi parses a number that a child said.
func atoi(tb testing.TB, s string) (n int) {
	tb.Helper()
	if _, err := fmt.Sscan(strings.TrimSpace(s), &n); err != nil {
		tb.Fatalf("child said %q, not a number", s)
	}
	return n
}
