package ops_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/strike"
	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// killSome kills workers at random moments of their work until the context ends: so many
// at most, since a worker that never gets as far as its end does not sort.
func killSome(ctx context.Context, e *engine.Engine, most int) {
	for killed := 0; killed < most && ctx.Err() == nil; {
		time.Sleep(time.Duration(rand.IntN(30_000_000)))
		if pids := e.Running(); len(pids) > 0 {
			ok, err := strike.Kill(pids[rand.IntN(len(pids))], e.Running)
			if err != nil {
				panic(err)
			}
			if ok {
				killed++
			}
		}
	}
}

// A sort that loses workers in the middle of everything has lost nothing.
func TestSortOfTheKilled(t *testing.T) {
	e, err := engine.Start(t.Context(), engine.Config{Workers: 2, ArenaSize: 128 << 20, Retries: 1000})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	data := random(1_000_000, 9)
	x, err := shmarena.CopyIn(e.Arena(), data)
	if err != nil {
		t.Fatal(err)
	}
	kernels.Sort(data)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); killSome(ctx, e, stress(40, 1000)) }()
	for range stress(3, 40) {
		out, err := ops.Sort(t.Context(), e, x)
		if err != nil || !alike(out.Slice(), data) {
			t.Errorf("not sorted: %v", err)
		}
		free(t, out)
		order, err := ops.ArgSort(t.Context(), e, x)
		if err != nil || !inOrder(order.Slice(), x.Slice()) {
			t.Errorf("places are not in order: %v", err)
		}
		free(t, order)
	}
	cancel()
	<-ended
	t.Logf("%d workers died", e.Stats().Deaths)
}

// inOrder reports whether places are those of all elements, in sorted order.
func inOrder(places []int64, x []float64) bool {
	seen := make([]bool, len(x))
	for i, at := range places {
		if seen[at] || i > 0 && x[places[i-1]] > x[at] {
			return false
		}
		seen[at] = true
	}
	return len(places) == len(x)
}

// stress is n, or much when long tests are asked for.
func stress(n, much int) int {
	if os.Getenv("SHMENGINE_STRESS") != "" {
		return much
	}
	return n
}
