package engine

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
)

func workersAre(t *testing.T, e *Engine, n int) {
	t.Helper()
	waitFor(t, "as many workers as there should be", func() bool { return len(e.WorkerPIDs()) == n })
}

// Workers that are idle end, and are there again when there is something to do: as many
// as there is work for.
func TestIdleWorkersEnd(t *testing.T) {
	e := start(t, Config{Workers: 3, IdleTimeout: 20 * time.Millisecond})
	workersAre(t, e, 0)
	if got := must[int](t)(squareFunc.Submit(t.Context(), e, 5)); got != 25 {
		t.Errorf("%d", got)
	}
	if n := len(e.WorkerPIDs()); n > 1 {
		t.Errorf("%d workers for one task", n)
	}
	workersAre(t, e, 0)
	data := randoms(50 * LeafRows)
	if got, err := sumKernel.Run(t.Context(), e, share(t, e, data)); err != nil || got != reference(data) {
		t.Errorf("sum %v, %v", got, err)
	}
	g := newGate(t)
	var fs []*Future[string]
	for range 10 { // more than there may be workers
		fs = append(fs, submit(t, e, gateFunc, g.path))
	}
	workersAre(t, e, 3)
	g.open(t)
	for _, f := range fs {
		if _, err := f.Result(deadline(t, patience)); err != nil {
			t.Error(err)
		}
	}
	workersAre(t, e, 0)
	if s := e.Stats(); s.Deaths != 0 || s.Retries != 0 {
		t.Errorf("%+v", s)
	}
	if err := e.Resize(deadline(t, patience), 2); err != nil {
		t.Error(err)
	}
}

// Work that comes at the moment at which workers end, again and again: none is lost.
func TestIdleWorkersAndNewWork(t *testing.T) {
	rounds := 60
	if os.Getenv("SHMENGINE_STRESS") != "" {
		rounds = 3000
	}
	const idle = 2 * time.Millisecond
	var left leavers
	e := start(t, Config{Workers: 2, IdleTimeout: idle, Logger: slog.New(&left)})
	x := share(t, e, randoms(3*LeafRows))
	ctx := deadline(t, 10*time.Minute)
	for i := range rounds {
		time.Sleep(idle - 500*time.Microsecond + time.Duration(i%20)*100*time.Microsecond) // to either side of their patience
		var work sync.WaitGroup
		for k := range 1 + i%3 {
			work.Go(func() {
				f, err := squareFunc.Submit(ctx, e, k)
				if err != nil {
					t.Error(err)
					return
				}
				if r, err := f.Result(ctx); r != k*k || err != nil {
					t.Errorf("%d, %v", r, err)
				}
			})
		}
		if i%4 == 0 {
			work.Go(func() {
				if _, err := sumKernel.Run(ctx, e, x); err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
	}
	workersAre(t, e, 0) // none stays, whatever came last
	if s, n := e.Stats(), left.n.Load(); s.Deaths != 0 || n == 0 {
		t.Errorf("%d workers ended of idleness; %+v", n, s)
	}
	t.Logf("%d rounds, %d workers ended of idleness", rounds, left.n.Load())
}

// leavers hears from an engine how many workers had nothing to do.
type leavers struct{ n atomic.Int32 }

func (l *leavers) Enabled(context.Context, slog.Level) bool { return true }
func (l *leavers) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *leavers) WithGroup(string) slog.Handler            { return l }

func (l *leavers) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "worker left" {
		l.n.Add(1)
	}
	return nil
}

// Engines are closed and shut down without a worker.
func TestCloseWithoutWorkers(t *testing.T) {
	for _, how := range []func(*Engine) error{(*Engine).Close, func(e *Engine) error { return e.Shutdown(context.Background(), Finish) }} {
		e := start(t, Config{Workers: 2, IdleTimeout: 5 * time.Millisecond})
		workersAre(t, e, 0)
		if err := how(e); err != nil {
			t.Error(err)
		}
	}
}

var leaked [][]byte

// leakFunc keeps n MiB, and says which process it is.
var leakFunc = NewFunc("test/leak", func(_ context.Context, n int) (int, error) {
	b := make([]byte, n<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	leaked = append(leaked, b)
	return os.Getpid(), nil
})

// garbageFunc leaves n MiB that nobody keeps.
var garbageFunc = NewFunc("test/garbage", func(_ context.Context, n int) (int, error) {
	b := make([]byte, n<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	return os.Getpid(), nil
})

// A worker that has grown is replaced between tasks; one that only has garbage is not.
func TestGrownWorkersAreReplaced(t *testing.T) {
	limit, garbage, large := int64(96<<20), 60, 128
	if race.Enabled { // whose shadow is a multiple of what it shadows
		limit, garbage, large = 256<<20, 20, 256
	}
	e := start(t, Config{Workers: 1, RecycleMemory: limit})
	run := func(f *Func[int, int], n int) int { return must[int](t)(f.Submit(t.Context(), e, n)) }
	first := run(leakFunc, 1)
	for range 4 {
		if pid := run(garbageFunc, garbage); pid != first {
			t.Fatalf("process %d, then %d: replaced for its garbage", first, pid)
		}
	}
	if pid := run(leakFunc, large); pid != first {
		t.Fatalf("process %d, then %d", first, pid)
	}
	workersAre(t, e, 1)
	if pid := run(leakFunc, 1); pid == first {
		t.Error("a worker of 128 MiB is used again")
	}
	if s := e.Stats(); s.Deaths != 0 || s.Restarts != 1 {
		t.Errorf("%+v", s)
	}
}

var growKernel = NewReducer("test/grow", 0, func(*Task, []float64) (int, error) {
	b := make([]byte, 4<<20)
	for i := 0; i < len(b); i += 4096 {
		b[i] = 1
	}
	leaked = append(leaked, b)
	return 1, nil
}, func(a, b int) int { return a + b })

// It is replaced in the middle of a job too, between two partitions.
func TestGrownWorkersLeaveAJob(t *testing.T) {
	e := start(t, Config{Workers: 1, RecycleMemory: 64 << 20})
	x := share(t, e, make([]float64, 40*LeafRows))
	if n, err := growKernel.Run(deadline(t, patience), e, x); n != 40 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if s := e.Stats(); s.Deaths != 0 || s.Restarts == 0 || s.Retries != 0 {
		t.Errorf("%+v", s)
	}
}
