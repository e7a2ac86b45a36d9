package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

var (
	exits = role("exits", func(args []string) {
		n, err := strconv.Atoi(args[0])
		must(err)
		os.Exit(n)
	})
	panics  = role("panics", func([]string) { panic("deliberate") })
	suicide = role("suicide", func(args []string) {
		n, err := strconv.Atoi(args[0])
		must(err)
		must(unix.Kill(unix.Getpid(), unix.Signal(n)))
		sleep()
	})
)

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		name   string
		cmd    process.Command
		code   int
		signal os.Signal
		stderr string
	}{
		{"zero", child(exits, "0"), 0, nil, ""},
		{"eight", child(exits, "8"), 8, nil, ""},
		{"highest", child(exits, "255"), 255, nil, ""},
		{"panic", child(panics), 2, nil, "panic: deliberate"},
		{"SIGKILL", child(suicide, "9"), -9, syscall.SIGKILL, ""},
		{"SIGTERM", child(suicide, "15"), -15, syscall.SIGTERM, ""},
		{"core", process.Command{Path: "/bin/sh", Args: []string{"-c", "ulimit -c 0; kill -QUIT $$"}}, -3, syscall.SIGQUIT, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cmd.Stderr = new(buffer)
			p := start(t, c.cmd)
			if got := code(t, p); got != c.code {
				t.Errorf("exit code %d, want %d; stderr %q", got, c.code, p.StderrTail())
			}
			if got := p.ExitSignal(); got != c.signal {
				t.Errorf("exit signal %v, want %v", got, c.signal)
			}
			if !strings.Contains(p.StderrTail(), c.stderr) {
				t.Errorf("stderr tail %q does not contain %q", p.StderrTail(), c.stderr)
			}
		})
	}
}

func TestKillAndTerminate(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*process.Process) error
		code int
	}{
		{"Kill", (*process.Process).Kill, -9},
		{"Terminate", (*process.Process).Terminate, -15},
		{"Signal", func(p *process.Process) error { return p.Signal(syscall.SIGUSR1) }, -10},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := start(t, process.Command{Path: "sleep", Args: []string{"1000"}})
			if err := c.end(p); err != nil {
				t.Fatal(err)
			}
			if got := code(t, p); got != c.code {
				t.Errorf("exit code %d, want %d", got, c.code)
			}
		})
	}
}

func TestLifeCycle(t *testing.T) {
	m := newMouth(t)
	c := child(hang)
	c.Stdout = m
	p := start(t, c)
	if m.hear() != "up" || !p.Alive() || p.PID() <= 0 || p.ExitSignal() != nil {
		t.Fatalf("%v: not as a running process is", p)
	}
	if n, known := p.ExitCode(); n != 0 || known {
		t.Fatalf("exit code %d, %v while it runs", n, known)
	}
	select {
	case <-p.Done():
		t.Fatal("Done while it runs")
	default:
	}
	running := p.String()
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if p.Alive() {
		t.Error("alive after Done")
	}
	if want := running + " (signal: killed)"; p.String() != want {
		t.Errorf("%q, want %q", p.String(), want)
	}
}

func TestJoinOverContext(t *testing.T) {
	p := start(t, child(hang))
	past, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancel()
	if err := p.Join(past); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("past deadline: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	joined := make(chan error)
	go func() { joined <- p.Join(ctx) }()
	cancel()
	if err := <-joined; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if !p.Alive() {
		t.Fatal("Join ended the process")
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	join(t, p)
	join(t, p)
	if err := p.Join(past); err != nil {
		t.Errorf("past deadline, process ended: %v", err)
	}
}

func TestSignalAfterEnd(t *testing.T) {
	p := start(t, child(exits, "0"))
	join(t, p)
	if err := errors.Join(p.Kill(), p.Terminate()); err != nil {
		t.Errorf("Kill and Terminate after the end: %v", err)
	}
	if err := p.Signal(syscall.SIGTERM); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("Signal after the end: %v", err)
	}
}

// Signals race with the end of the process and its reaping.
func TestSignalAroundEnd(t *testing.T) {
	for range 20 {
		p := start(t, child(exits, "0"))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for p.Alive() {
					if err := p.Signal(syscall.Signal(0)); err != nil && !errors.Is(err, os.ErrProcessDone) {
						t.Error(err)
						return
					}
				}
				if err := p.Kill(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := code(t, p); got != 0 {
			t.Errorf("exit code %d", got)
		}
	}
}

func TestStoppedIsAlive(t *testing.T) {
	p := start(t, child(hang))
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the kernel stops it", func() bool { return state(t, p.PID()) == "T" })
	if !p.Alive() {
		t.Error("a stopped process counts as dead")
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if got := code(t, p); got != -9 {
		t.Errorf("exit code %d", got)
	}
}

// state returns the state letter of a process.
func state(tb testing.TB, pid int) string {
	tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return rest[:1]
}

func TestBadSignal(t *testing.T) {
	p := start(t, child(hang))
	if err := p.Signal(syscall.Signal(1000)); !errors.Is(err, unix.EINVAL) {
		t.Errorf("signal 1000: %v", err)
	}
	if err := p.Signal(oddSignal{}); !errors.Is(err, unix.EINVAL) {
		t.Errorf("foreign signal type: %v", err)
	}
}

type oddSignal struct{}

func (oddSignal) Signal()        {}
func (oddSignal) String() string { return "odd" }
