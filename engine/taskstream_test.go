package engine

import (
	"context"
	"sync"
	"testing"
	"time"
)

// nextFunc takes next to no time: its worker is always ahead of who submits.
var nextFunc = NewFunc("test/next", func(_ context.Context, x int) (int, error) { return x + 1, nil }, Idempotent)

// A worker is killed again and again in the middle of a stream, also while it has fallen
// behind: each task has its result.
func TestStreamOutlivesItsWorker(t *testing.T) {
	const kills, underWay = 20, 256
	e := start(t, Config{Workers: 1, Retries: 1000})
	ctx := deadline(t, patience)
	var killer sync.WaitGroup
	killer.Go(func() {
		for n := range kills {
			for from := e.Stats().Tasks; e.Stats().Tasks == from && ctx.Err() == nil; { // the worker is there
				time.Sleep(100 * time.Microsecond)
			}
			time.Sleep(time.Duration(n%5) * 300 * time.Microsecond) // where the kill falls
			if pids := e.WorkerPIDs(); len(pids) != 1 || killProcess(pids[0]) != nil {
				t.Errorf("kill %d: of %v", n, pids)
			}
			for e.Stats().Deaths == uint64(n) && ctx.Err() == nil {
				time.Sleep(100 * time.Microsecond)
			}
		}
	})
	var ring [underWay]*Future[int]
	for x := 0; e.Stats().Deaths < kills || x%underWay != 0; x++ {
		if f := ring[x%underWay]; f != nil {
			if r, err := f.Result(ctx); r != x-underWay+1 || err != nil {
				t.Fatalf("task %d: %d, %v", x-underWay, r, err)
			}
		}
		f, err := nextFunc.Submit(ctx, e, x)
		if err != nil {
			t.Fatal(err)
		}
		ring[x%underWay] = f
	}
	killer.Wait()
}
