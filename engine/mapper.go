package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
)

// A Mapper makes a new array out of an array. See [NewMapper].
type Mapper[T, U, P any] struct {
	kernel *Kernel[mapArgs[T, U, P]]
}

type mapArgs[T, U, P any] struct {
	In  In[T]
	Out Out[U]
	P   P
}

// NewMapper defines an element-wise map: f fills out from in, which have the
// same length, with the parameter p, a plain value. Since out is fresh memory a
// partition may be run twice, so a worker's death costs a retry and no more.
//
// It panics if the name is taken or a type is not made of plain values.
func NewMapper[T, U, P any](name string, f func(t *Task, out []U, in []T, p P) error) *Mapper[T, U, P] {
	return &Mapper[T, U, P]{NewKernel(name, Idempotent, func(t *Task, a mapArgs[T, U, P]) error {
		return f(t, a.Out.Part(t), a.In.Part(t), a.P)
	})}
}

// Run maps x into a new array in the arena of e. The caller frees the result.
// Errors are those of [ColumnReducer.Run], and [shmarena.ErrNoSpace].
func (m *Mapper[T, U, P]) Run(ctx context.Context, e *Engine, x shmarena.Array[T], p P) (shmarena.Array[U], error) {
	if x.Len() == 0 {
		return shmarena.Array[U]{}, nil
	}
	out, err := shmarena.Alloc[U](e.Arena(), x.Len())
	if err != nil {
		return out, fmt.Errorf("map %s: %w", m.kernel.spec.name, err)
	}
	err = m.Into(ctx, e, out, x, p)
	if err == nil {
		return out, nil
	}
	if !errors.Is(err, ErrQuarantined) { // a quarantined output may still be written
		err = errors.Join(err, out.Free())
	}
	return shmarena.Array[U]{}, err
}

// Into maps x into out, an array of the same length. With a [*PoisonedError] all rows of
// out are there but those that it names. Other errors are those of [Kernel.Run].
func (m *Mapper[T, U, P]) Into(ctx context.Context, e *Engine, out shmarena.Array[U], x shmarena.Array[T], p P) error {
	return m.kernel.Run(ctx, e, x.Len(), mapArgs[T, U, P]{InOf(x), OutOf(out), p})
}

// Slices maps src into dst, slices of ordinary Go memory of the same length. It
// copies src into the arena and the result out of it, and counts the bytes in
// [Stats.Copied]; data that is used more than once belongs into the arena. With a
// [*PoisonedError] dst has all rows but those that it names, which are as they were.
func (m *Mapper[T, U, P]) Slices(ctx context.Context, e *Engine, dst []U, src []T, p P) error {
	if len(dst) != len(src) {
		return fmt.Errorf("%w: map %s: dst has %d elements, src %d", ErrLength, m.kernel.spec.name, len(dst), len(src))
	}
	if len(src) == 0 {
		return nil
	}
	x, err := shmarena.CopyIn(e.Arena(), src)
	if err != nil {
		return fmt.Errorf("map %s: %w", m.kernel.spec.name, err)
	}
	y, err := shmarena.Alloc[U](e.Arena(), len(dst))
	if err != nil {
		return errors.Join(fmt.Errorf("map %s: %w", m.kernel.spec.name, err), x.Free())
	}
	err = m.Into(ctx, e, y, x, p)
	if errors.Is(err, ErrQuarantined) { // they may still be touched
		return err
	}
	var bad *PoisonedError
	if err == nil || errors.As(err, &bad) {
		bad.around(len(dst), func(lo, hi int) { copy(dst[lo:hi], y.Part(lo, hi)) })
		e.stats.copied.Add(uint64(len(bytesOf(src)) + len(bytesOf(dst))))
		e.mirror()
	}
	return errors.Join(err, x.Free(), y.Free())
}
