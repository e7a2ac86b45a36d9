package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/shmarena"
)

type isolatedArgs struct {
	What  string
	X, Y  In[float64]
	Bytes []byte
}

type isolatedResult struct {
	PID  int
	Sum  float64
	Data []byte
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// overflow calls itself for longer than there is a stack.
func overflow(n int) int {
	if n < 0 {
		return 0
	}
	return overflow(n+1) + 1
}

// kept is the array that a task outside has seen; a process of an isolated call has its
// own, zero.
var kept int

// isolatedFunc does something to its process.
var isolatedFunc = NewFunc("test/isolated", func(ctx context.Context, a isolatedArgs) (r isolatedResult, err error) {
	r.PID = os.Getpid()
	switch a.What {
	case "sum":
		r.Sum = sum(a.X.All())
	case "echo":
		r.Data = a.Bytes
	case "count":
		kept++
		r.Sum = float64(kept)
	case "error":
		return r, fmt.Errorf("wrapped: %w", errKnown)
	case "panic":
		panic("at the disco")
	case "goexit":
		runtime.Goexit()
	case "exit":
		fmt.Fprintln(os.Stderr, "my last words")
		os.Exit(7)
	case "exit0":
		os.Exit(0)
	case "kill":
		dieNow()
	case "segv":
		_ = unix.Kill(os.Getpid(), unix.SIGSEGV)
		select {}
	case "overflow":
		debug.SetMaxStack(1 << 20)
		r.Sum = float64(overflow(0))
	case "goroutine":
		go func() { panic("in a goroutine") }()
		select {}
	case "throw":
		new(sync.Mutex).Unlock()
	case "write":
		a.X.All()[100] = 1
	case "context":
		<-ctx.Done()
		return r, ctx.Err()
	case "sleep":
		time.Sleep(time.Hour)
	case "nested":
		_, err = Start(ctx, Config{Workers: 1})
	case "hidden":
		peek := *valueOf[hiddenArgs](a.Bytes)
		r.Sum = sum(peek.Y.Slice())
	}
	return r, err
}, Idempotent)

// hiddenArgs is an array on its way as bytes: nobody is told that it is an input.
type hiddenArgs struct{ Y shmarena.Array[float64] }

func valueOf[T any](b []byte) *T {
	v := new(T)
	copy(valueBytes(v), b)
	return v
}

func callIsolated(t *testing.T, e *Engine, a isolatedArgs) (isolatedResult, error) {
	t.Helper()
	return isolatedFunc.Isolated().Call(deadline(t, patience), e, a)
}

// isolatedModes are engines of both modes; isolated calls are processes in each.
func isolatedModes(t *testing.T, f func(t *testing.T, e *Engine)) {
	for _, cfg := range []Config{{Workers: 2}, {Workers: 2, Mode: Goroutines}} {
		t.Run(name(cfg), func(t *testing.T) { f(t, start(t, cfg)) })
	}
}

func TestIsolatedCall(t *testing.T) {
	isolatedModes(t, func(t *testing.T, e *Engine) {
		data := randoms(100_000)
		x := share(t, e, data)
		r, err := callIsolated(t, e, isolatedArgs{What: "sum", X: InOf(x)})
		if err != nil || r.Sum != sum(data) || r.PID == os.Getpid() || alive(r.PID) && isWorkerPID(e, r.PID) {
			t.Errorf("%+v, %v", r, err)
		}
		for _, n := range []int{0, 1, 5000, 3 << 20} {
			want := bytes.Repeat([]byte{7}, n)
			r, err := callIsolated(t, e, isolatedArgs{What: "echo", Bytes: want})
			if err != nil || !bytes.Equal(r.Data, want) {
				t.Errorf("%d bytes: %d came back, %v", n, len(r.Data), err)
			}
		}
		var last int
		for range 3 { // each finds a process that nobody has used
			r, err := callIsolated(t, e, isolatedArgs{What: "count"})
			if err != nil || r.Sum != 1 || r.PID == last {
				t.Errorf("%+v, %v", r, err)
			}
			last = r.PID
		}
		if d := e.Stats().Deaths; d != 0 {
			t.Errorf("%d deaths", d)
		}
	})
}

func isWorkerPID(e *Engine, pid int) bool {
	for _, w := range e.WorkerPIDs() {
		if w == pid {
			return true
		}
	}
	return false
}

// isolatedDeaths is how a process may end, and what the error says of it.
var isolatedDeaths = map[string]struct {
	code  int
	texts []string
}{
	"exit":      {7, []string{"exit code 7", "my last words", "test/isolated"}},
	"exit0":     {0, []string{"exit code 0"}},
	"kill":      {-9, []string{"signal 9, killed", "attempt 1"}},
	"segv":      {2, []string{"SIGSEGV: segmentation violation"}},
	"overflow":  {2, []string{"stack overflow"}},
	"goroutine": {2, []string{"panic: in a goroutine"}},
	"throw":     {2, []string{"fatal error: sync: unlock of unlocked mutex"}},
	"panic":     {2, []string{"at the disco"}},
	"goexit":    {exitGoexit, []string{goexitText}},
	"write":     {2, []string{"of the data arena"}},
}

// Whatever the end of the process, it is an error of that call and nothing else.
func TestIsolatedDeaths(t *testing.T) {
	isolatedModes(t, func(t *testing.T, e *Engine) {
		data := randoms(10_000)
		x := share(t, e, data)
		workers := e.WorkerPIDs()
		for what, want := range isolatedDeaths {
			_, err := callIsolated(t, e, isolatedArgs{What: what, X: InOf(x)})
			var we *WorkerError
			if !errors.As(err, &we) || we.ExitCode != want.code || we.PID == 0 || we.Worker != -1 || we.Attempts != 1 || we.Dirty {
				t.Errorf("%s: %v, %+v", what, err, we)
			}
			for _, text := range want.texts {
				wantText(t, err, text)
			}
			var fe *FuncError
			if panics := what == "panic" || what == "write"; errors.As(err, &fe) != panics || panics && !fe.Panic {
				t.Errorf("%s: %v", what, fe)
			}
			if r, err := callIsolated(t, e, isolatedArgs{What: "sum", X: InOf(x)}); err != nil || r.Sum != sum(data) {
				t.Errorf("after %s: %+v, %v", what, r, err)
			}
		}
		if got := e.WorkerPIDs(); fmt.Sprint(got) != fmt.Sprint(workers) {
			t.Errorf("workers %v, before %v", got, workers)
		}
		if n := int(e.Stats().Deaths); n != len(isolatedDeaths) {
			t.Errorf("%d deaths, want %d", n, len(isolatedDeaths))
		}
	})
}

// The fault of a function that writes to its input is told as the place in the arena.
func TestIsolatedFault(t *testing.T) {
	e := start(t, Config{Workers: 1})
	x := share(t, e, randoms(10_000))
	_, err := callIsolated(t, e, isolatedArgs{What: "write", X: InOf(x)})
	var we *WorkerError
	if !errors.As(err, &we) || we.Fault == nil || we.Fault.Arena != "data" {
		t.Fatalf("%v, %+v", err, we)
	}
	base, size := e.Arena().Addresses()
	if we.Fault.Offset < 0 || we.Fault.Offset >= size {
		t.Fatalf("%+v", we.Fault)
	}
	// This process has the same file: at that offset lies element 100.
	if at := base + uintptr(we.Fault.Offset); at != addressOf(&x.Slice()[100]) {
		t.Errorf("fault at %#x here, the element is at %#x", at, addressOf(&x.Slice()[100]))
	}
}

// A function sees the arrays that it is passed, and not the one beside.
func TestIsolatedSeesItsInputsOnly(t *testing.T) {
	e := start(t, Config{Workers: 1})
	x, y := share(t, e, randoms(10_000)), share(t, e, randoms(10_000))
	hidden := append([]byte(nil), valueBytes(&hiddenArgs{y})...)
	if _, err := callIsolated(t, e, isolatedArgs{What: "hidden", X: InOf(x), Y: InOf(y), Bytes: hidden}); err != nil {
		t.Errorf("an input: %v", err)
	}
	_, err := callIsolated(t, e, isolatedArgs{What: "hidden", X: InOf(x), Bytes: hidden})
	var we *WorkerError
	if !errors.As(err, &we) || we.Fault == nil || we.Fault.Arena != "data" {
		t.Errorf("another array: %v", err)
	}
	if _, err := callIsolated(t, e, isolatedArgs{What: "hidden", Bytes: hidden}); err == nil {
		t.Error("without an input the arena is attached")
	}
}
