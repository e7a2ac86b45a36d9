package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// A verdict is what is wrong with one job; "" for nothing.
type verdict string

// kinds are the jobs, in turn.
var kinds = []struct {
	name string
	run  func(*run, context.Context, uint64) (verdict, error)
}{
	{"map", (*run).mapJob}, {"reduce", (*run).reduceJob}, {"kernel in place", (*run).changeJob},
	{"kernel without retry", (*run).onceJob}, {"futures", (*run).futuresJob}, {"map of tasks", (*run).tasksJob},
}

// Sizes of jobs.
const (
	mostLeaves  = 24
	futureTasks = 24
	mapTasks    = 200
	mostTries   = 4 // of a job that fails of faults that are not to be retried
)

// rows is how many rows a job has: some leaves and a part of one.
func (r *run) rows(job uint64) int {
	h := mix(r.plan.Seed ^ mix(job) ^ 1)
	return int(1+h%mostLeaves)*engine.LeafRows - int(h>>32%1000)
}

func (r *run) orders(job, round uint64) orders {
	return orders{Board: r.board, Plan: r.plan, Job: job, Round: round, Key: mix(job)}
}

// input is the part of the data that a job works on.
func (r *run) input(job uint64) (x shmarena.Array[uint64], plain []uint64) {
	i := job % inputs
	n := r.rows(i)
	return r.inputs[i], r.plain[:n]
}

func (r *run) mapJob(ctx context.Context, job uint64) (verdict, error) {
	x, plain := r.input(job)
	var out shmarena.Array[uint64]
	v, err := r.untilItGoes(ctx, job, func(round uint64) (err error) {
		out, err = mapper.Run(ctx, r.engine, x, r.orders(job, round))
		return err
	})
	if v != "" || err != nil {
		return v, err
	}
	got := out.Slice()
	if r.Corrupt {
		got[len(got)-1]++
	}
	for i, want := range plain {
		if want = mapped(want, mix(job)); got[i] != want {
			v = verdict(fmt.Sprintf("element %d of %d is %#x, not %#x", i, len(plain), got[i], want))
			break
		}
	}
	return v, out.Free()
}

func (r *run) reduceJob(ctx context.Context, job uint64) (verdict, error) {
	x, plain := r.input(job)
	var got folded
	v, err := r.untilItGoes(ctx, job, func(round uint64) (err error) {
		got, err = reducer.Run(ctx, r.engine, foldArgs{engine.InOf(x), r.orders(job, round)})
		return err
	})
	if want := foldAll(plain, mix(job)); v == "" && err == nil && got != want {
		v = verdict(fmt.Sprintf("%+v, not %+v", got, want))
	}
	return v, err
}

// foldAll is the reduction without an engine: leaves of the engine's size, merged in a
// binary tree in which each node has two complete subtrees, or the left one is.
func foldAll(x []uint64, key uint64) folded {
	var leaves []folded
	for part := range slices.Chunk(x, engine.LeafRows) {
		leaves = append(leaves, foldLeaf(part, key))
	}
	for len(leaves) > 1 {
		var up []folded
		for i := 0; i+1 < len(leaves); i += 2 {
			up = append(up, fold(leaves[i], leaves[i+1]))
		}
		if len(leaves)%2 == 1 {
			up = append(up, leaves[len(leaves)-1])
		}
		leaves = up
	}
	return leaves[0]
}

func (r *run) changeJob(ctx context.Context, job uint64) (verdict, error) {
	return r.inPlace(ctx, job, changer)
}

func (r *run) onceJob(ctx context.Context, job uint64) (verdict, error) {
	return r.inPlace(ctx, job, once)
}

// inPlace changes a copy of the input.
func (r *run) inPlace(ctx context.Context, job uint64, k *engine.Kernel[changeArgs]) (v verdict, err error) {
	_, plain := r.input(job)
	x, err := shmarena.CopyIn(r.engine.Arena(), plain)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, x.Free()) }()
	v, err = r.untilItGoes(ctx, job, func(round uint64) error {
		copy(x.Slice(), plain) // a failed round has changed some of it
		return k.Run(ctx, r.engine, x.Len(), changeArgs{engine.InOutOf(x), r.orders(job, round)})
	})
	if v != "" || err != nil {
		return v, err
	}
	for i, got := range x.Slice() {
		if want := changed(plain[i], mix(job)); got != want {
			return verdict(fmt.Sprintf("row %d of %d is %#x, not %#x: changed once, and no more?", i, len(plain), got, want)), nil
		}
	}
	return "", nil
}

func (r *run) args(job, i, round uint64) taskArgs {
	return taskArgs{flatten(r.board), r.plan, job, round, i, r.text(job, i)}
}

// text is what a task is given, and gives back.
func (r *run) text(job, i uint64) string { return strings.Repeat("x", 1+int(mix(job^i)%300)) }

func (r *run) futuresJob(ctx context.Context, job uint64) (verdict, error) {
	forget(r.board, job)
	var all []*engine.Future[taskResult]
	for i := range uint64(futureTasks) {
		f, err := task.Submit(ctx, r.engine, r.args(job, i, 0))
		if err != nil {
			return "", err
		}
		all = append(all, f)
	}
	for i, f := range all {
		got, err := f.Result(ctx)
		if v, err := r.judgeTask(job, uint64(i), got, err); v != "" || err != nil {
			return v, err
		}
	}
	return "", nil
}

func (r *run) tasksJob(ctx context.Context, job uint64) (verdict, error) {
	forget(r.board, job)
	i := uint64(0)
	seq := func(yield func(taskArgs) bool) {
		for i := range uint64(mapTasks) {
			if !yield(r.args(job, i, 0)) {
				return
			}
		}
	}
	for got, err := range task.Map(ctx, r.engine, seq, engine.MapOptions{}) {
		if v, err := r.judgeTask(job, i, got, err); v != "" || err != nil {
			return v, err
		}
		i++
	}
	if i != mapTasks {
		return verdict(fmt.Sprintf("%d results, not %d", i, mapTasks)), nil
	}
	return "", nil
}

// judgeTask compares the outcome of one task with what the plan has for it.
func (r *run) judgeTask(job, i uint64, got taskResult, err error) (verdict, error) {
	var fe *engine.FuncError
	switch planned := r.plan.at(job, i, 0, 0); {
	case errors.As(err, &fe) && fe.Panic && planned == softFault:
		r.panics.Add(1)
		return "", nil
	case err != nil && errors.As(err, new(*engine.WorkerError)):
		return verdict(fmt.Sprintf("task %d: %v", i, err)), nil
	case err != nil && !errors.As(err, &fe):
		return "", err
	case err != nil:
		return verdict(fmt.Sprintf("task %d: an error that is not to be: %v", i, err)), nil
	}
	if want := answer(taskArgs{Job: job, Task: i, Text: r.text(job, i)}); got != want {
		return verdict(fmt.Sprintf("task %d gave %#x, not %#x", i, got.Sum, want.Sum)), nil
	}
	return "", nil
}
