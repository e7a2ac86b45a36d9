package chaos

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/engine"
)

// orders are what a kernel is told beside its columns.
type orders struct {
	Board      board
	Plan       plan
	Job, Round uint64
	Key        uint64 // changes the answer from job to job
}

// meet carries out what the plan has for the leaf of t.
func (o *orders) meet(t *engine.Task) {
	lo, _ := t.Rows()
	carryOut(o.Board, o.Plan.at(o.Job, uint64(lo/engine.LeafRows), uint64(t.Attempt()), o.Round))
}

// carryOut meets a fault. It returns after none only.
func carryOut(b board, f fault) {
	if f == none {
		return
	}
	word(b, int(f)).Add(1)
	suffer(f)
}

// weight is how often an element is worked on: so that a partition takes long enough to be
// struck in its middle from outside.
const weight = 8

// mapped is what the map makes of an element.
func mapped(x, key uint64) uint64 {
	for range weight {
		x = mix(x ^ key)
	}
	return x
}

// changed is what the kernels in place do.
func changed(x, key uint64) uint64 {
	for range weight {
		x = x*6364136223846793005 + key
	}
	return x
}

var mapper = engine.NewMapper("shmbench/chaos/map", func(t *engine.Task, out, in []uint64, o orders) error {
	for i, x := range in {
		if i == len(in)/2 {
			o.meet(t)
		}
		out[i] = mapped(x, o.Key)
	}
	return nil
})

// folded is the answer of the reduction. Floating point makes it depend on the tree.
type folded struct {
	Sum   uint64
	Float float64
	Rows  int64
}

type foldArgs struct {
	X engine.In[uint64]
	O orders
}

func foldLeaf(x []uint64, key uint64) (f folded) {
	for _, v := range x {
		f.Sum += mapped(v, key)
		f.Float += float64(v^key) / 3
	}
	f.Rows = int64(len(x))
	return f
}

func fold(a, b folded) folded {
	return folded{a.Sum + b.Sum, a.Float + b.Float, a.Rows + b.Rows}
}

var reducer = engine.NewColumnReducer("shmbench/chaos/reduce", folded{}, func(t *engine.Task, a foldArgs) (folded, error) {
	f := foldLeaf(a.X.Part(t), a.O.Key)
	a.O.meet(t)
	return f, nil
}, fold)

type changeArgs struct {
	X engine.InOut[uint64]
	O orders
}

func change(t *engine.Task, a changeArgs) error {
	x := a.X.Part(t)
	for i := range x {
		if i == len(x)/2 {
			a.O.meet(t)
		}
		x[i] = changed(x[i], a.O.Key)
	}
	return nil
}

var (
	changer = engine.NewKernel("shmbench/chaos/inout", engine.Idempotent, change)
	once    = engine.NewKernel("shmbench/chaos/noretry", engine.NoRetry, change)
)

// taskArgs are those of the functions.
type taskArgs struct {
	Board      flat
	Plan       plan
	Job, Round uint64
	Task       uint64
	Text       string // goes there and back
}

type taskResult struct {
	Sum  uint64
	Text string
}

var errTask = errors.New("a task for no board")

const taskTurns = 20_000

func answer(a taskArgs) taskResult {
	sum := a.Job
	for i := range uint64(taskTurns) {
		sum = mix(sum ^ a.Task ^ i)
	}
	return taskResult{sum, a.Text}
}

func taskOnce(_ context.Context, a taskArgs) (taskResult, error) {
	b := a.Board.board()
	if err := b.Check(); err != nil {
		return taskResult{}, fmt.Errorf("%w: %w", errTask, err)
	}
	r := answer(a)
	carryOut(b, a.Plan.at(a.Job, a.Task, tried(b, a.Job, a.Task), a.Round))
	return r, nil
}

var task = engine.NewFunc("shmbench/chaos/task", taskOnce, engine.Idempotent)
