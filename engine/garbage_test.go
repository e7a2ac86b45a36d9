package engine

import (
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/words"
)

// large is a partial result that must not be garbage, leaf by leaf.
type large struct{ v [700]int64 }

var reduceLarge = NewReducer("unit/large", large{},
	func(_ *Task, part []int64) (p large, _ error) {
		p.v[0] = int64(len(part))
		return p, nil
	},
	func(a, b large) large {
		a.v[0] += b.v[0]
		return a
	})

// The task loop of a worker leaves no garbage: nobody collects it there.
func TestReducersLeaveNoGarbage(t *testing.T) {
	const rows = 5 * LeafRows
	x := share(t, start(t, Config{Mode: Goroutines}), make([]int64, rows))
	spec := reduceLarge.columns.spec
	args := reduceArgs[int64]{InOf(x)}
	run, out := spec.fresh(), words.Aligned(spec.stride())
	task := Task{cancel: new(atomic.Uint32)}
	job := func() {
		run.bind(valueBytes(&args))
		task.begin(0, rows)
		if err := run.run(&task, out); err != nil {
			t.Fatal(err)
		}
	}
	job()
	if n := testing.AllocsPerRun(10, job); n != 0 {
		t.Errorf("a partition of 5 leaves makes %v allocations", n)
	}
	if got := view[large](out).v[0]; got != rows {
		t.Errorf("the result is %d, want %d", got, rows)
	}
}
