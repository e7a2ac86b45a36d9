package process_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// Entries that tell on standard output who ran them, with what.
var (
	tells = process.NewEntry("tells", func(args []string) error {
		fmt.Println(os.Getpid(), strings.Join(args, "|"))
		return nil
	})
	stays = process.NewEntry("stays", func([]string) error {
		fmt.Println("up")
		sleep()
		return nil
	})
)

// starter makes a Starter that ends with the test, and hears its processes.
func starter(t *testing.T, c process.Config) (*process.Starter, *mouth) {
	t.Helper()
	m := newMouth(t)
	c.Command.Env, c.Command.Stdout = []string{"GORACE=atexit_sleep_ms=0"}, m
	if c.Command.Stderr == nil {
		c.Command.Stderr = io.Discard
	}
	s, err := process.NewStarter(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = m.r.Close() // a pump that nobody hears must not hold anything up
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, m
}

// run starts a job.
func run(t *testing.T, s *process.Starter, e *process.Entry, args ...string) *process.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	j, err := s.Start(ctx, e, args...)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// ended joins a job and returns its exit code.
func ended(t *testing.T, j *process.Job) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := j.Join(ctx); err != nil {
		t.Fatal(err)
	}
	n, known := j.ExitCode()
	if !known {
		t.Fatalf("job %s: exit code unknown", j.Name())
	}
	return n
}

var methods = map[string]process.Config{
	"spawn": {}, "standby": {Method: process.Standby, Spares: 2}, "standby, hot": {Method: process.Standby, Jobs: 1000, Most: 1},
}

// All methods run a job in the same way.
func TestStarterMethods(t *testing.T) {
	for name, c := range methods {
		t.Run(name, func(t *testing.T) {
			s, m := starter(t, c)
			seen := map[string]bool{}
			for i := range 6 {
				j := run(t, s, tells, "a", "", fmt.Sprint(i))
				pid, args, _ := strings.Cut(m.hear(), " ")
				if n := ended(t, j); n != 0 || args != fmt.Sprintf("a||%d", i) || pid != fmt.Sprint(j.PID()) || pid == fmt.Sprint(os.Getpid()) {
					t.Errorf("job %d: exit code %d, arguments %q, process %s, %d", i, n, args, pid, j.PID())
				}
				seen[pid] = true
			}
			if want := map[bool]int{false: 6, true: 1}[c.Jobs > 1]; len(seen) != want {
				t.Errorf("6 jobs in %d processes, want %d", len(seen), want)
			}
			for e, want := range map[*process.Entry]int{fails: 1, leaves: 8, breaks: 2} {
				if got := ended(t, run(t, s, e)); got != want {
					t.Errorf("%s: exit code %d, want %d", e.Name(), got, want)
				}
			}
			j := run(t, s, breaks)
			if ended(t, j); !strings.Contains(j.StderrTail(), "panic: deliberate") {
				t.Errorf("stderr tail %q", j.StderrTail())
			}
		})
	}
}

func TestStarterKill(t *testing.T) {
	for name, c := range methods {
		t.Run(name, func(t *testing.T) {
			s, m := starter(t, c)
			for _, k := range []struct {
				end    func(*process.Job) error
				code   int
				signal os.Signal
			}{{(*process.Job).Kill, -9, syscall.SIGKILL}, {(*process.Job).Terminate, -15, syscall.SIGTERM}} {
				j := run(t, s, stays)
				m.hear()
				over, cancel := contextSoonOver()
				if err := j.Join(over); !errors.Is(err, context.Canceled) {
					t.Errorf("Join of a job that runs: %v", err)
				}
				cancel()
				if _, known := j.ExitCode(); known || j.ExitSignal() != nil {
					t.Error("a job that runs has an exit code")
				}
				if err := k.end(j); err != nil {
					t.Error(err)
				}
				if got := ended(t, j); got != k.code || j.ExitSignal() != k.signal {
					t.Errorf("exit code %d, signal %v", got, j.ExitSignal())
				}
				if err := errors.Join(j.Kill(), j.Terminate()); err != nil {
					t.Errorf("Kill and Terminate after the end: %v", err)
				}
			}
		})
	}
}

// A Kill that comes late does not hit the next job of the same process.
func TestLateKill(t *testing.T) {
	s, m := starter(t, process.Config{Method: process.Standby, Jobs: 1000, Most: 1})
	for range 50 {
		first := run(t, s, tells)
		m.hear()
		ended(t, first)
		second := run(t, s, tells)
		if err := first.Kill(); err != nil {
			t.Fatal(err)
		}
		m.hear()
		if got := ended(t, second); got != 0 || first.PID() != second.PID() {
			t.Fatalf("exit code %d, processes %d and %d", got, first.PID(), second.PID())
		}
	}
}

// Where all processes are at work Start waits, and the context ends that.
func TestStarterFull(t *testing.T) {
	s, m := starter(t, process.Config{Method: process.Standby, Most: 2, Jobs: 10})
	first, second := run(t, s, stays), run(t, s, stays)
	m.hear()
	m.hear()
	over, cancel := contextSoonOver()
	defer cancel()
	if j, err := s.Start(over, tells); j != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("Start over the limit: %v, %v", j, err)
	}
	waits := make(chan *process.Job)
	go func() {
		j, err := s.Start(context.Background(), tells)
		if err != nil {
			t.Error(err)
		}
		waits <- j
	}()
	must(first.Kill())
	j := <-waits
	m.hear()
	ended(t, j)
	must(second.Kill())
	ended(t, second)
	if n := len(process.Children()); n > 2 {
		t.Errorf("%d processes, at most 2 may be", n)
	}
}

func TestStarterConcurrently(t *testing.T) {
	s, _ := starter(t, process.Config{Method: process.Standby, Spares: 2, Most: 3, Jobs: 7, Command: process.Command{Stderr: io.Discard}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				j, err := s.Start(context.Background(), fails)
				if err != nil {
					t.Error(err)
					return
				}
				<-j.Done()
				if n, _ := j.ExitCode(); n != 1 {
					t.Errorf("exit code %d", n)
				}
			}
		})
	}
	wg.Wait()
	if n := len(process.Children()); n > 3 {
		t.Errorf("%d processes, at most 3 may be", n)
	}
}

// Idle spares sleep: their CPU time stands still, over as much of ours as would show.
func TestIdleSparesSleep(t *testing.T) {
	s, m := starter(t, process.Config{Method: process.Standby, Jobs: 1000, Most: 1})
	j := run(t, s, tells)
	m.hear()
	ended(t, j)
	eventually(t, "the spare sleeps", func() bool { return process.Asleep(s) })
	before := switches(t, j.PID())
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
		if !process.Asleep(s) {
			t.Fatal("the spare woke by itself")
		}
	}
	if now := switches(t, j.PID()); now != before {
		t.Errorf("the spare's first thread ran while it was idle: %s, then %s", before, now)
	}
	j = run(t, s, tells) // and it can be woken
	m.hear()
	ended(t, j)
}

// switches returns how often the first thread of a process gave its CPU away.
func switches(t *testing.T, pid int) string {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err != nil {
		t.Skip("kernel has no schedstat:", err)
	}
	return strings.Fields(string(b))[0]
}

func TestStarterErrors(t *testing.T) {
	for _, c := range []process.Config{
		{Method: "fork"}, {Method: "forkserver"}, {Method: "thread"},
	} {
		if _, err := process.NewStarter(c); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range []process.Config{
		{Spares: -1}, {Most: -1}, {Jobs: -1}, {Spares: 3, Most: 2}, {Command: process.Command{Args: []string{"x"}}},
		{Command: process.Command{Entry: tells}}, {Command: process.Command{Env: []string{"x"}}},
	} {
		if s, err := process.NewStarter(c); err == nil || s != nil {
			t.Errorf("%+v was accepted", c)
		}
	}
	s, _ := starter(t, process.Config{Method: process.Standby})
	if _, err := s.Start(t.Context(), tells, strings.Repeat("x", 64<<10)); !errors.Is(err, process.ErrTooLong) {
		t.Errorf("long arguments: %v", err)
	}
	must(s.Close())
	for _, m := range process.StartMethods() {
		s, err := process.NewStarter(process.Config{Method: m})
		must(err)
		must(s.Close())
		if _, err := s.Start(t.Context(), tells); !errors.Is(err, process.ErrClosed) || s.Method() != m {
			t.Errorf("%s: Start after Close: %v", s.Method(), err)
		}
	}
}

// A program that cannot be started, or does not call Init, is no endless loop.
func TestStarterOfNoSpare(t *testing.T) {
	s, _ := starter(t, process.Config{Method: process.Standby, Command: process.Command{Path: "/no/such/program"}})
	if _, err := s.Start(t.Context(), tells); !errors.Is(err, unix.ENOENT) {
		t.Errorf("no such program: %v", err)
	}
	s, _ = starter(t, process.Config{Method: process.Standby, Command: process.Command{Path: "/bin/true"}})
	if got := ended(t, run(t, s, tells)); got != 0 {
		t.Errorf("exit code %d, want that of the program", got)
	}
	eventually(t, "it gives up", func() bool { return len(process.Children()) == 0 && process.Idle(s) == 0 })
}
