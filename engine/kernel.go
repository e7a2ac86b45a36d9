package engine

import (
	"context"
	"fmt"
)

// A Kernel is a parallel for over declared columns. See [NewKernel].
type Kernel[A any] struct{ spec *spec }

// NewKernel defines a parallel for. A is a struct of [In], [Out] and [InOut]
// columns and of plain numbers; f does the rows of one [Task].
//
// retry says what happens when a worker dies in the middle. Idempotent: the
// rows are run again, [InOut] columns after their content has been restored.
// NoRetry: rows that f began are dirty, and Run returns a [*WorkerError].
//
// It panics if the name is taken or A is not made of plain values.
func NewKernel[A any](name string, retry Retry, f func(*Task, A) error) *Kernel[A] {
	return &Kernel[A]{register(&spec{
		name: name, retry: retry, plan: planOf[A](name),
		fresh: func() runner { return &kernelRun[A]{f: f} },
	})}
}

// Run calls the kernel for rows [0, n). Every column of a has n rows.
//
// Errors: as [ColumnReducer.Run]. After an error the rows of Out columns are
// partly written; those of InOut columns are, leaf by leaf, changed or not.
func (k *Kernel[A]) Run(ctx context.Context, e *Engine, n int, a A) error {
	if n < 0 {
		return fmt.Errorf("%w: run %s: %d rows", ErrLength, k.spec.name, n)
	}
	return e.run(ctx, &request{spec: k.spec, args: valueBytes(&a), rows: n})
}

type kernelRun[A any] struct {
	args A
	f    func(*Task, A) error
}

func (k *kernelRun[A]) bind(args []byte) { k.args = *view[A](args) }

func (k *kernelRun[A]) run(t *Task, _ []byte) error {
	for t.next() {
		if err := k.f(t, k.args); err != nil {
			return err
		}
	}
	return t.Err()
}
