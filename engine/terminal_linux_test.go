package engine

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
)

// foreground is a program as it is in the foreground of a terminal, the leader of a process
// group, with an engine at work in every way. Arguments are what it does about an interrupt,
// and the file that opens the gate of what runs isolated.
var foreground = reexec.Register("engine/terminal", func(c *reexec.Child) {
	ctx := context.Background()
	if c.Args[0] == "handles" {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt)
		defer stop()
	}
	e, err := Start(context.Background(), Config{Workers: 2, ArenaSize: 64 << 20, Grace: time.Minute})
	if err != nil {
		c.Fatalf("start: %v", err)
	}
	x, err := shmarena.CopyIn(e.Arena(), randoms(2*LeafRows))
	if err != nil {
		c.Fatalf("copy in: %v", err)
	}
	pids := e.WorkerPIDs()
	isolated, job := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := gateFunc.Isolated().Call(context.Background(), e, c.Args[1])
		isolated <- err
	}()
	task, err := doFunc.Submit(ctx, e, waitForContext)
	if err != nil {
		c.Fatalf("submit: %v", err)
	}
	go func() { job <- troubleKernel.Run(ctx, e, x.Len(), trouble{InOf(x), makeSleep, 0}) }()
	for len(e.Running()) < 2 || !isolatedBegun(e) {
		time.Sleep(time.Millisecond)
	}
	c.Say("working")
	if err := <-job; !errors.Is(err, context.Canceled) {
		c.Fatalf("job: %v", err)
	}
	if _, err := task.Result(context.Background()); !errors.Is(err, context.Canceled) {
		c.Fatalf("task: %v", err)
	}
	survived(c, e, pids, isolated)
})

// isolatedBegun reports whether an isolated call is in its function.
func isolatedBegun(e *Engine) bool {
	e.isolation.mu.Lock()
	defer e.isolation.mu.Unlock()
	return e.isolation.made != nil && slices.ContainsFunc(e.isolation.made.all, func(x *exchange) bool { return x.head.state.Load() == callBegun })
}

// survived looks that nobody but the program has acted on the interrupt.
func survived(c *reexec.Child, e *Engine, pids []int, isolated chan error) {
	if got := e.WorkerPIDs(); !slices.Equal(got, pids) || e.Stats().Deaths != 0 {
		c.Fatalf("workers %v, then %v: %v", pids, got, e.Stats())
	}
	if f, err := squareFunc.Submit(context.Background(), e, 5); err != nil {
		c.Fatalf("submit: %v", err)
	} else if got, err := f.Result(context.Background()); got != 25 || err != nil {
		c.Fatalf("a task afterwards: %d, %v", got, err)
	}
	if err := os.WriteFile(c.Args[1], nil, 0o600); err != nil {
		c.Fatalf("%v", err)
	}
	if err := <-isolated; err != nil {
		c.Fatalf("isolated: %v", err)
	}
	if err := e.Close(); err != nil {
		c.Fatalf("close: %v", err)
	}
	c.Say("closed")
}

// inGroup counts the processes of a group.
func inGroup(t *testing.T, group int) (n int) {
	t.Helper()
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if pid, err := strconv.Atoi(d.Name()); err == nil {
			if g, err := unix.Getpgid(pid); err == nil && g == group {
				n++
			}
		}
	}
	return n
}

// Ctrl-C in a terminal is a signal to every process of the foreground group. Workers and isolated
// calls leave it to the program: if that ends they end with it, silently; if it goes on so
// do they.
func TestInterruptOfTheGroup(t *testing.T) {
	for _, what := range []string{"handles", "dies"} {
		t.Run(what, func(t *testing.T) {
			p := reexec.Start(t, foreground, reexec.Options{Args: []string{what, filepath.Join(t.TempDir(), "gate")}})
			p.Expect("working")
			if n := inGroup(t, p.PID()); n < 4 {
				t.Errorf("%d processes in the group: the program, two workers and an isolated call are to be there", n)
			}
			if err := unix.Kill(-p.PID(), unix.SIGINT); err != nil { // as a terminal does
				t.Fatal(err)
			}
			if what == "handles" {
				p.Expect("closed")
			}
			if s := p.Wait(); what == "dies" && s.Signal != os.Interrupt || what == "handles" && (s.Signal != nil || s.Code != 0) {
				t.Errorf("it ended with %v", s)
			}
			waitFor(t, "without orphans", func() bool { return len(childrenOf(t, os.Getpid())) == 0 })
			if out := p.Output(); strings.Contains(out, "goroutine ") || strings.Contains(out, "panic") {
				t.Errorf("it printed\n%s", out)
			}
		})
	}
}
