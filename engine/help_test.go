package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

type whoArgs struct{ Who Out[int64] }

// whoKernel writes down who did each row.
var whoKernel = NewKernel("test/who", NoRetry, func(t *Task, a whoArgs) error {
	for i := range a.Who.Part(t) {
		a.Who.Part(t)[i] = int64(t.Worker()) + 1
	}
	return nil
})

// stopped is an engine with one worker, which is stopped: whatever is done the helper did.
func stopped(t *testing.T) *Engine {
	e := start(t, Config{Workers: 1, Help: true})
	pid := e.WorkerPIDs()[0]
	t.Cleanup(func() { _ = continueProcess(pid) })
	stopAll(t, pid)
	return e
}

// stopAll stops a process, and returns when none of its threads runs any more.
func stopAll(t *testing.T, pid int) {
	t.Helper()
	if err := stopProcess(pid); err != nil {
		t.Fatal(err)
	}
	for !allStopped(t, pid) {
		time.Sleep(100 * time.Microsecond)
	}
}

// allStopped reports whether no thread of a process runs any more: a signal takes its time.
func allStopped(t *testing.T, pid int) bool {
	t.Helper()
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) == 0 {
		t.Fatal(stats, err)
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			return false // a thread that has just ended
		}
		if _, rest, _ := strings.Cut(string(text), ") "); !strings.HasPrefix(rest, "T") {
			return false
		}
	}
	return true
}

// rowsOf is an array for n rows.
func rowsOf(t *testing.T, e *Engine, n int) shmarena.Array[int64] {
	t.Helper()
	x, err := shmarena.Alloc[int64](e.Arena(), n)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A job whose only worker is stopped is done by who waits for it.
func TestHelpWithAJob(t *testing.T) {
	e := stopped(t)
	x := rowsOf(t, e, 5*LeafRows+7)
	if err := whoKernel.Run(deadline(t, patience), e, x.Len(), whoArgs{OutOf(x)}); err != nil {
		t.Fatal(err)
	}
	for i, who := range x.Slice() {
		if who != int64(e.Workers())+1 {
			t.Fatalf("row %d was done by %d", i, who-1)
		}
	}
	if n := e.Stats().Partitions; n != 6 {
		t.Errorf("%d partitions counted, want 6", n)
	}
}

// A job is shared out between workers and helper, whatever the sizes, and the result has
// the bits that it has without help.
func TestHelpersShareJobs(t *testing.T) {
	with, without := start(t, Config{Workers: 2, Help: true}), start(t, Config{Workers: 2})
	for _, n := range []int{1, LeafRows, 2*LeafRows + 1, 300 * LeafRows} {
		if n > 10*LeafRows && testing.Short() {
			continue
		}
		values := make([]float64, n)
		for i := range values {
			values[i] = 1 / float64(i+1)
		}
		a, err := sumFast.Run(t.Context(), with, share(t, with, values))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := sumFast.Run(t.Context(), without, share(t, without, values)); a != b || err != nil {
			t.Errorf("%d rows: %v with help, %v without, %v", n, a, b, err)
		}
	}
}

// Tasks too: what waits its turn, and what a worker was handed that has not taken it.
func TestHelpWithTasks(t *testing.T) {
	e := stopped(t)
	var fs []*Future[int]
	for x := range 50 {
		fs = append(fs, submit(t, e, squareFunc, x))
	}
	for x := len(fs) - 1; x >= 0; x-- {
		if r, err := fs[x].Result(deadline(t, patience)); r != x*x || err != nil {
			t.Fatalf("task %d: %d, %v", x, r, err)
		}
	}
	if n := e.Stats().Tasks; n != 50 {
		t.Errorf("%d tasks counted, want 50", n)
	}
	if got := must[string](t)(repeatFunc.Submit(t.Context(), e, 1<<20)); len(got) != 1<<20 {
		t.Errorf("a large result has %d bytes", len(got))
	}
}

type helpMode struct{ Mode int64 }

// badKernel does what helpers have to survive.
var badKernel = NewKernel("test/bad", NoRetry, func(t *Task, a helpMode) error {
	switch a.Mode {
	case 0:
		panic("on purpose")
	case 1:
		runtime.Goexit()
	case 2:
		for t.Err() == nil {
			time.Sleep(100 * time.Microsecond)
		}
		return t.Err()
	}
	return nil
})

// What goes wrong in a helper is the outcome of the job, and the engine works on.
func TestHelpersSurvive(t *testing.T) {
	e := stopped(t)
	var te *TaskError
	if err := badKernel.Run(t.Context(), e, 1, helpMode{0}); !errors.As(err, &te) || !te.Panic {
		t.Errorf("a panic: %v", err)
	}
	short, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if err := badKernel.Run(short, e, 1, helpMode{2}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("past its deadline: %v", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = badKernel.Run(t.Context(), e, 1, helpMode{1})
		t.Error("a goroutine outlived runtime.Goexit")
	})
	wg.Wait()
	f := submit(t, e, doFunc, callGoexit)
	wg.Go(func() {
		_, _ = f.Result(t.Context())
		t.Error("a goroutine outlived a task's runtime.Goexit")
	})
	wg.Wait()
	var we *WorkerError
	if _, err := f.Result(deadline(t, patience)); !errors.As(err, &we) {
		t.Errorf("the outcome of a Goexit: %v", err)
	}
	if err := badKernel.Run(t.Context(), e, 1, helpMode{3}); err != nil {
		t.Error(err)
	}
	if got := must[int](t)(squareFunc.Submit(t.Context(), e, 6)); got != 36 {
		t.Errorf("%d", got)
	}
}

// partsKernel writes down which partition each row is in.
var partsKernel = NewKernel("test/parts", NoRetry, func(t *Task, a whoArgs) error {
	for i := range a.Who.Part(t) {
		a.Who.Part(t)[i] = int64(t.Partition())
	}
	return nil
})

func TestPartitionRows(t *testing.T) {
	for _, rows := range []int{0, 4 * LeafRows} {
		e := start(t, Config{Workers: 2, Mode: Goroutines, PartitionRows: rows})
		x := rowsOf(t, e, 9*LeafRows)
		if err := partsKernel.Run(t.Context(), e, x.Len(), whoArgs{OutOf(x)}); err != nil {
			t.Fatal(err)
		}
		for i, part := range x.Slice() {
			if want := i / max(rows, LeafRows); int(part) != want {
				t.Fatalf("row %d is in partition %d, want %d", i, part, want)
			}
		}
	}
	for _, rows := range []int{-1, 1, LeafRows / 2, 3 * LeafRows} {
		if err := (Config{PartitionRows: rows}).Validate(); err == nil {
			t.Errorf("%d rows were accepted", rows)
		}
	}
	if shift, parts := cut(1<<45, LeafRows); parts > maxParts || parts<<shift != 1<<30 {
		t.Errorf("%d partitions of %d leaves", parts, 1<<shift)
	}
}
