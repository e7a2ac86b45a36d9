package ops

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/shmarena"
)

// Errors of this package.
var (
	// ErrEmpty says that a column has too few elements for the question.
	ErrEmpty = errors.New("ops: too few elements")
	// ErrChanged says that a column changed while it was worked on.
	ErrChanged = errors.New("ops: the column changed meanwhile")
	// ErrArgument says that a number is none that can be asked for.
	ErrArgument = errors.New("ops: unusable argument")
)

// Vector is a column of numbers: an array of the engine's arena, or a Go slice, which
// is copied into it for the time of the call.
type Vector interface {
	shmarena.Array[float64] | []float64
}

// Vectors of other types. See [Vector].
type (
	VectorInt64 interface {
		shmarena.Array[int64] | []int64
	}
	VectorFloat32 interface {
		shmarena.Array[float32] | []float32
	}
	VectorInt32 interface {
		shmarena.Array[int32] | []int32
	}
)

type (
	floats = shmarena.Array[float64]
	ints   = shmarena.Array[int64]
)

// A desk is the memory of one call: what it has taken is given back at its end.
type desk struct {
	e     *engine.Engine
	taken []func() error
}

// close gives the memory back, unless a worker that could not be killed may still
// use it.
func (d *desk) close(err *error) {
	if errors.Is(*err, engine.ErrQuarantined) {
		return
	}
	for _, free := range d.taken {
		*err = errors.Join(*err, free())
	}
}

// take allocates n elements for the time of the call.
func take[T any](d *desk, n int) (shmarena.Array[T], error) {
	if n == 0 {
		return shmarena.Array[T]{}, nil
	}
	a, err := shmarena.Alloc[T](d.e.Arena(), n)
	if err == nil {
		d.taken = append(d.taken, a.Free)
	}
	return a, err
}

// array returns x as an array: itself, or a copy for the time of the call.
func array[T number, X any](d *desk, x X) (shmarena.Array[T], error) {
	switch x := any(x).(type) {
	case shmarena.Array[T]:
		return x, nil
	case []T:
		if len(x) == 0 {
			return shmarena.Array[T]{}, nil
		}
		a, err := shmarena.CopyIn(d.e.Arena(), x)
		if err == nil {
			d.taken = append(d.taken, a.Free)
		}
		return a, err
	}
	panic("ops: a Vector that is neither")
}

// result allocates what a call returns; on an error of the call it is freed.
func result[T any](d *desk, n int, err *error) (_ shmarena.Array[T], settle func()) {
	var a shmarena.Array[T]
	if n > 0 {
		a, *err = shmarena.Alloc[T](d.e.Arena(), n)
	}
	return a, func() {
		if *err != nil && !a.IsZero() && !errors.Is(*err, engine.ErrQuarantined) {
			*err = errors.Join(*err, a.Free())
		}
	}
}

// Pieces are runs of rows that one call of a kernel does, whatever the number of
// workers: so large that what surrounds a piece does not count.
const pieceRows = 256 << 10

// pieces is how many pieces n rows have.
func pieces(n, rows int) int { return (n + rows - 1) / rows }

// over calls a kernel for each of some pieces. Its arrays are plain arguments: an
// engine's rows are leaves, and here a leaf stands for a piece.
func over[A any](ctx context.Context, e *engine.Engine, k *engine.Kernel[A], pieces int, a A) error {
	return k.Run(ctx, e, pieces*engine.LeafRows, a)
}

// piece is which piece a task is.
func piece(t *engine.Task) int {
	lo, _ := t.Rows()
	return lo / engine.LeafRows
}

// partOf returns piece k of a column.
func partOf[T number](x shmarena.Array[T], k, rows int) []T {
	return x.Part(k*rows, min((k+1)*rows, x.Len()))
}

// named adds the name of an operation to an error.
func named(name string, err *error) {
	if *err != nil {
		*err = fmt.Errorf("ops %s: %w", name, *err)
	}
}

// filled allocates a result and fills it; without elements there is nothing to fill.
func filled[T any](d *desk, n int, fill func(out shmarena.Array[T]) error) (out shmarena.Array[T], err error) {
	if n == 0 {
		return out, nil
	}
	out, settle := result[T](d, n, &err)
	defer settle()
	if err == nil {
		err = fill(out)
	}
	if err != nil {
		return shmarena.Array[T]{}, err
	}
	return out, nil
}
