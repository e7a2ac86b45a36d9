package ringbuf

import (
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

// TestNoAllocations: neither the calls that never block, nor the others while they need not.
func TestNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	x := heapPair(t, 8)
	src, dst := make([]message, 4), make([]message, 4)
	var v message
	for what, f := range map[string]func(){
		"one":      func() { _ = x.p.TryPush(v); _ = x.c.TryPop(&v) },
		"from":     func() { _ = x.p.TryPushFrom(&v); _ = x.c.TryPop(&v) },
		"batch":    func() { _, _ = x.p.TryPushBatch(src); _, _ = x.c.TryPopBatch(dst) },
		"blocking": func() { _ = x.p.Push(t.Context(), v); v, _ = x.c.Pop(t.Context()) },
		"empty":    func() { _ = x.c.TryPop(&v) },
	} {
		if n := testing.AllocsPerRun(3000, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}
