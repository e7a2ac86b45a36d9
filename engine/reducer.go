package engine

import (
	"context"
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/shmarena"
)

// A ColumnReducer folds the rows of several columns into one P. See
// [NewColumnReducer].
type ColumnReducer[A, P any] struct {
	spec  *spec
	zero  P
	merge func(a, b P) P
}

// NewColumnReducer defines a reduction over the columns of A, a struct of [In]
// columns of one length and of plain numbers.
//
// leaf reduces the rows of one [Task]; merge joins the results of two
// neighbouring runs of rows, the left one first. They are called in a fixed
// tree, so the result has the same bits for any number of workers, whether or
// not merge is associative in floating point. P is a plain value; zero is the
// result for no rows.
//
// It panics if the name is taken, or if A or P is not made of plain values.
func NewColumnReducer[A, P any](name string, zero P, leaf func(*Task, A) (P, error), merge func(a, b P) P) *ColumnReducer[A, P] {
	t := reflect.TypeFor[P]()
	if err := pod.Check(t); err != nil {
		panic(fmt.Sprintf("engine: kernel %q: the result must be a plain value: %v", name, err))
	}
	s := register(&spec{
		name: name, retry: Idempotent, plan: planOf[A](name), partial: t.Size(), hash: pod.Hash(t),
		fresh: func() runner { return &reduceRun[A, P]{leaf: leaf, tree: tree[P]{merge: merge}} },
	})
	return &ColumnReducer[A, P]{s, zero, merge}
}

// Run reduces all rows of a's columns.
//
// Errors: [ErrLength], [ErrOverlap], [ErrClosed], [*TaskError] for an error or
// panic of the kernel, [*WorkerError] when its workers keep dying, and the
// context's error.
func (r *ColumnReducer[A, P]) Run(ctx context.Context, e *Engine, a A) (P, error) {
	result := r.zero
	err := e.run(ctx, &request{
		spec: r.spec, args: valueBytes(&a), rows: -1,
		collect: func(partials []byte, stride, n int) {
			t := tree[P]{merge: r.merge}
			for i := range n {
				t.push(view[P](partials[i*stride:]))
			}
			result, _ = t.root()
		},
	})
	if err != nil {
		return r.zero, err
	}
	return result, nil
}

// reduceRun is one worker's share of a reduction.
type reduceRun[A, P any] struct {
	args A
	leaf func(*Task, A) (P, error)
	tree tree[P]
}

func (r *reduceRun[A, P]) bind(args []byte) { r.args = *view[A](args) }

func (r *reduceRun[A, P]) run(t *Task, out []byte) error {
	r.tree.reset()
	for t.next() {
		p, err := r.leaf(t, r.args)
		if err != nil {
			return err
		}
		r.tree.push(&p)
	}
	if err := t.Err(); err != nil {
		return err
	}
	*view[P](out), _ = r.tree.root()
	return nil
}

// A Reducer folds the elements of one array into one P. See [NewReducer].
type Reducer[T, P any] struct {
	columns *ColumnReducer[reduceArgs[T], P]
}

type reduceArgs[T any] struct{ X In[T] }

// NewReducer defines a reduction over an array of T. It is [NewColumnReducer]
// with one column: leaf gets at most [LeafRows] elements.
func NewReducer[T, P any](name string, zero P, leaf func(t *Task, part []T) (P, error), merge func(a, b P) P) *Reducer[T, P] {
	return &Reducer[T, P]{NewColumnReducer(name, zero,
		func(t *Task, a reduceArgs[T]) (P, error) { return leaf(t, a.X.Part(t)) }, merge)}
}

// Run reduces all elements of x. Errors are those of [ColumnReducer.Run].
func (r *Reducer[T, P]) Run(ctx context.Context, e *Engine, x shmarena.Array[T]) (P, error) {
	return r.columns.Run(ctx, e, reduceArgs[T]{InOf(x)})
}
