package process_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

func TestStartErrors(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	closed, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		cmd  process.Command
		want error
	}{
		{"no file", process.Command{Path: "/no/such/program"}, unix.ENOENT},
		{"not in PATH", process.Command{Path: "no-such-program"}, unix.ENOENT},
		{"no such directory", process.Command{Path: "/bin/true", Dir: "/no/such"}, fs.ErrNotExist},
		{"not executable", process.Command{Path: plain}, unix.EACCES},
		{"argument list too long", process.Command{Path: "/bin/true", Args: []string{strings.Repeat("x", 4<<20)}}, unix.E2BIG},
		{"closed file", process.Command{Path: "/bin/true", Files: []*os.File{closed}}, os.ErrClosed},
		{"closed stdout", process.Command{Path: "/bin/true", Stdout: closed}, os.ErrClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := descriptors(t)
			p, err := process.Start(c.cmd)
			if p != nil || !errors.Is(err, c.want) {
				t.Errorf("Start: %v, %v; want %v", p, err, c.want)
			}
			if after := descriptors(t); after != before {
				t.Errorf("%d descriptors open before, %d after", before, after)
			}
			noChildren(t)
		})
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []process.Command{
		{Path: "a\x00b"}, {Args: []string{"a\x00"}}, {Env: []string{"A=\x00"}}, {Env: []string{"A"}}, {Env: []string{"=A"}},
	} {
		if _, err := process.Start(c); err == nil {
			t.Errorf("%+v was started", c)
		}
	}
}

// limited starts children with less and less room for descriptors. Each attempt must work
// or fail with an errno, and leave nothing.
var limited = role("limited", func([]string) {
	once := func() error {
		p, err := process.Start(child(exits, "0"))
		if err != nil {
			return err
		}
		<-p.Done()
		return nil
	}
	must(once()) // warms up the poller and the nursery
	before := openFDs()
	var refused int
	for room := 0; room < 12; room++ {
		limit := unix.Rlimit{Cur: uint64(before + room), Max: 4096}
		must(unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
		err := once()
		limit.Cur = 4096
		must(unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
		if err != nil {
			refused++
			if !errors.Is(err, unix.EMFILE) && !errors.Is(err, unix.EBADF) && !errors.Is(err, unix.EINVAL) {
				fatal("room", room, err)
			}
		}
		if now := openFDs(); now != before {
			fatal("room", room, "had", before, "descriptors, now", now, err)
		}
	}
	fmt.Println(refused)
})

func TestTooManyFiles(t *testing.T) {
	m := newMouth(t)
	c := child(limited)
	c.Stdout = m
	p := start(t, c)
	refused := atoi(t, m.hear())
	if got := code(t, p); got != 0 {
		t.Fatalf("exit code %d: %s", got, p.StderrTail())
	}
	if refused < 3 || refused == 12 {
		t.Errorf("%d of 12 starts were refused", refused)
	}
}

// crowded runs into its user's limit of processes.
var crowded = role("crowded", func([]string) {
	runtime.GOMAXPROCS(1)
	stockThreads(32)
	p, err := process.Start(child(exits, "0"))
	must(err)
	<-p.Done()
	must(unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 1, Max: 1}))
	must(unix.Setuid(65534))
	_, err = process.Start(process.Command{Path: "/bin/true"})
	if !errors.Is(err, unix.EAGAIN) {
		fatal("Start over the process limit:", err)
	}
})

// stockThreads leaves the runtime with n idle threads, so that it needs no new ones.
func stockThreads(n int) {
	var all, out sync.WaitGroup
	all.Add(n)
	for range n {
		out.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			all.Done()
			all.Wait()
		})
	}
	out.Wait()
}

func TestTooManyProcesses(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become a user with a process limit")
	}
	p := start(t, child(crowded))
	if got := code(t, p); got != 0 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
}

// A child must live on when the thread of the goroutine that started it ends.
func TestStarterThreadEnds(t *testing.T) {
	started := make(chan *process.Process)
	tid := make(chan int)
	onMortalThread(func() {
		started <- start(t, child(hang))
		tid <- unix.Gettid()
	})
	p, thread := <-started, <-tid
	eventually(t, "the thread ends", func() bool {
		return errors.Is(unix.Tgkill(unix.Getpid(), thread, 0), unix.ESRCH)
	})
	if err := p.Terminate(); err != nil {
		t.Fatal(err)
	}
	if got := code(t, p); got != -15 {
		t.Errorf("exit code %d: the child died with the thread", got)
	}
}

// onMortalThread runs f on a thread that ends with it. The main thread never ends: if it is
// the one that we are given, we keep it while another goroutine is given another.
func onMortalThread(f func()) {
	go func() {
		runtime.LockOSThread() // not unlocked, so the thread ends with the goroutine
		if unix.Gettid() != unix.Getpid() {
			f()
			return
		}
		done := make(chan struct{})
		onMortalThread(func() {
			defer close(done)
			f()
		})
		<-done
		runtime.UnlockOSThread()
	}()
}

func TestManyStartsLeaveNothing(t *testing.T) {
	join(t, start(t, child(exits, "0"))) // warms up
	fds, goroutines := descriptors(t), runtime.NumGoroutine()
	for i := range 200 {
		c := process.Command{Path: "/bin/sh", Args: []string{"-c", "echo out; echo err >&2; exit 7"}}
		out, errs := new(buffer), new(buffer)
		c.Stdout, c.Stderr = out, errs
		p, err := process.Start(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := code(t, p); got != 7 || out.String() != "out\n" || errs.String() != "err\n" || p.StderrTail() != "err\n" {
			t.Fatalf("start %d: code %d, stdout %q, stderr %q, tail %q", i, got, out, errs, p.StderrTail())
		}
	}
	if now := descriptors(t); now != fds {
		t.Errorf("%d descriptors before, %d after", fds, now)
	}
	eventually(t, "the goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines })
	noChildren(t)
}

func TestConcurrentStarts(t *testing.T) {
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() {
			c := child(exits, strconv.Itoa(n))
			c.Stderr = new(buffer)
			p, err := process.Start(c)
			if err != nil {
				t.Error(err)
				return
			}
			<-p.Done()
			if got, _ := p.ExitCode(); got != n {
				t.Errorf("child %d has exit code %d", n, got)
			}
		})
	}
	wg.Wait()
}

func descriptors(tb testing.TB) int {
	tb.Helper()
	return openFDs()
}

// openFDs counts this process's descriptors.
func openFDs() int {
	entries, err := os.ReadDir("/proc/self/fd")
	must(err)
	return len(entries) - 1 // without the one that reads the directory
}

// noChildren fails if this process has a child, zombies included.
func noChildren(tb testing.TB) {
	tb.Helper()
	if left := descendants(tb, os.Getpid()); len(left) > 0 {
		tb.Errorf("children are left: %+v", left)
	}
}
