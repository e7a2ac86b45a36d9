package engine

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/shmarena"
)

type endArgs struct {
	What string
	Code int
	X    In[float64]
}

// endFunc ends its worker in ways that do not go through Go's os package.
var endFunc = NewFunc("test/end", func(_ context.Context, a endArgs) (int, error) {
	switch a.What {
	case "exit":
		os.Exit(a.Code)
	case "memory": // as RLIMIT_AS or a cgroup has it
		var now unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_AS, &now); err != nil {
			return 0, err
		}
		if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: 1 << 30, Max: now.Max}); err != nil {
			return 0, err
		}
		for all := [][]byte{}; ; {
			all = append(all, make([]byte, 64<<20))
		}
	case "signal":
		_ = unix.Kill(os.Getpid(), unix.Signal(a.Code))
		select {}
	case "stop":
		stopNow()
	case "sum":
		return len(a.X.All()), nil
	}
	return a.Code, nil
})

// Whatever kills a worker, the outcome of its task says so within seconds, and the
// outcomes of the tasks that wait are what they are.
func TestTaskEndsOfAllKinds(t *testing.T) {
	for _, c := range []struct {
		args  endArgs
		code  int
		texts []string
	}{
		{endArgs{What: "memory"}, 2, []string{"fatal error: "}},
		{endArgs{What: "signal", Code: int(unix.SIGSEGV)}, 2, []string{"SIGSEGV: segmentation violation"}},
		{endArgs{What: "signal", Code: int(unix.SIGABRT)}, 2, []string{"SIGABRT"}},
		{endArgs{What: "signal", Code: int(unix.SIGKILL)}, -9, []string{"signal 9"}},
		{endArgs{What: "signal", Code: int(unix.SIGTERM)}, -15, []string{"signal 15"}},
		{endArgs{What: "exit", Code: exitSpent}, exitSpent, nil}, // codes that mean something
		{endArgs{What: "exit", Code: exitIdle}, exitIdle, nil},   // else, between two tasks
		{endArgs{What: "exit", Code: exitLeft}, exitLeft, nil},
		{endArgs{What: "exit", Code: exitGrown}, exitGrown, nil},
	} {
		e := start(t, Config{Workers: 1})
		pid := e.WorkerPIDs()[0]
		f, waits := submit(t, e, endFunc, c.args), submit(t, e, squareFunc, 7)
		_, err := f.Result(deadline(t, 20*time.Second))
		var we *WorkerError
		if !errors.As(err, &we) || we.ExitCode != c.code || we.PID != pid || !we.Dirty {
			t.Errorf("%+v: %v", c.args, err)
		}
		for _, text := range c.texts {
			wantText(t, err, text)
		}
		if r, err := waits.Result(deadline(t, 20*time.Second)); r != 49 || err != nil {
			t.Errorf("%+v: the next task is %d, %v", c.args, r, err)
		}
		if s := e.Stats(); s.Deaths != 1 {
			t.Errorf("%+v: %+v", c.args, s)
		}
	}
}

// A column as the argument of a task: its elements are not copied.
func TestColumnsOfTasks(t *testing.T) {
	inModes(t, func(t *testing.T, e *Engine) {
		x, err := shmarena.CopyIn(e.Arena(), randoms(1000))
		if err != nil {
			t.Fatal(err)
		}
		if n, err := submit(t, e, endFunc, endArgs{What: "sum", X: InOf(x)}).Result(t.Context()); n != 1000 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if err := x.Free(); err != nil {
			t.Error(err)
		}
	})
	b, _ := InOf(share(t, start(t, Config{Workers: 1, Mode: Goroutines}), randoms(10))).AppendBinary(nil)
	var c In[float64]
	for _, bad := range [][]byte{nil, b[:len(b)-1], append(b, 0)} {
		if err := c.UnmarshalBinary(bad); !errors.Is(err, errRecord) {
			t.Errorf("a column of %d bytes: %v", len(bad), err)
		}
	}
}

// A task that is stopped past its deadline is killed, and run again if it may be.
func TestStoppedTaskPastItsDeadline(t *testing.T) {
	e := start(t, Config{Workers: 2, PartitionTimeout: 200 * time.Millisecond, Retries: 1000})
	before := e.WorkerPIDs()
	_, err := submit(t, e, endFunc, endArgs{What: "stop"}).Result(deadline(t, patience))
	var we *WorkerError
	if !errors.As(err, &we) || we.ExitCode != -9 {
		t.Errorf("%v", err)
	}
	wantText(t, err, "killed after 200ms")
	for _, pid := range before {
		_ = continueProcess(pid) // had it not been killed it would go on
	}
	// One that waits for a CPU for as long is killed too.
	if got := must[int](t)(squareFunc.Submit(t.Context(), e, 4)); got != 16 || e.Stats().Deaths == 0 {
		t.Errorf("%d, %+v", got, e.Stats())
	}
}

// A worker that dies while the engine is shut down.
func TestWorkerDiesDuringShutdown(t *testing.T) {
	e := start(t, Config{Workers: 1})
	g := newGate(t)
	busy := occupy(t, e, g)
	queued := submit(t, e, squareFunc, 3)
	if submit(t, e, squareFunc, 5).Cancel() == false {
		t.Error("a queued task cannot be cancelled")
	}
	done := make(chan error, 1)
	go func() { done <- e.Shutdown(deadline(t, patience), Finish) }()
	waitFor(t, "shutting down", func() bool {
		_, err := squareFunc.Submit(t.Context(), e, 1)
		return errors.Is(err, ErrShutdown)
	})
	if err := killProcess(e.Running()[0]); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	var we *WorkerError
	if _, err := busy[0].Result(t.Context()); !errors.As(err, &we) {
		t.Errorf("%v", err)
	}
	if r, err := queued.Result(t.Context()); r != 9 || err != nil {
		t.Errorf("%d, %v", r, err)
	}
}

// A stray store over the arena's tables by a worker that crashes is found before
// anything else is run over them.
func TestDamagedArena(t *testing.T) {
	e := start(t, Config{Workers: 1, ArenaSize: scribbleSize})
	x, err := shmarena.CopyIn(e.Arena(), randoms(LeafRows)) // nobody can free it
	if err != nil {
		t.Fatal(err)
	}
	_, err = submit(t, e, scribbleFunc, scribbleArgs{InOf(x)}).Result(deadline(t, patience))
	var we *WorkerError
	if !errors.As(err, &we) || !strings.Contains(we.Reason, "SIGSEGV") {
		t.Fatalf("%v", err)
	}
	waitFor(t, "damaged", func() bool { return e.damage.get() != nil })
	if _, err := sumKernel.Run(t.Context(), e, x); err == nil || !errors.Is(err, e.damage.get()) {
		t.Errorf("a job over a damaged arena: %v", err)
	}
	if _, err := squareFunc.Submit(t.Context(), e, 1); err == nil {
		t.Error("a task over a damaged arena is taken")
	}
}
