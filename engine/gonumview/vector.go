package gonumview

import (
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Vector is a vector in shared memory: a plain value of 104 bytes, as a [Matrix]
// is. Its elements may lie apart, as those of a column do. The zero Vector has no
// elements.
type Vector struct {
	view shmarena.View[float64] // rank 1, or the zero View
}

// VectorOf is an array as a vector. It cannot fail: the zero Array is a vector
// without elements.
func VectorOf(x shmarena.Array[float64]) Vector {
	v, err := shmarena.ViewOf(x, x.Len())
	if err != nil {
		return Vector{} // a length that no array has: made of a peer's bytes
	}
	return Vector{v}
}

// ViewVector is a view of one dimension as a vector; one of another rank is
// shmarena.ErrArgument.
func ViewVector(v shmarena.View[float64]) (Vector, error) {
	err := fits(v, 1)
	if err == nil && v.Dim(0) > 1 && v.Stride(0) < 1 {
		err = fmt.Errorf("%w: elements %d apart", shmarena.ErrArgument, v.Stride(0))
	}
	if err != nil {
		return Vector{}, fmt.Errorf("gonumview: vector: %w", err)
	}
	return Vector{v}, nil
}

// Len is the number of elements.
func (v Vector) Len() int { return v.view.Len() }

// View is the vector as a view of one dimension.
func (v Vector) View() shmarena.View[float64] { return v.view }

// Array is the array that the vector lies in.
func (v Vector) Array() shmarena.Array[float64] { return v.view.Array() }

// Check says whether the vector can be used, as [Matrix.Check] does.
func (v Vector) Check() error {
	if v.view.IsZero() {
		return nil
	}
	_, err := ViewVector(v.view)
	return err
}

// Raw is the vector as package blas64 has it, onto the shared elements. A vector
// without elements gives the zero Vector. It panics as [shmarena.View.Span] does.
func (v Vector) Raw() blas64.Vector {
	n := v.Len()
	if n == 0 {
		return blas64.Vector{}
	}
	inc := 1 // of one element nobody asks
	if n > 1 {
		inc = v.view.Stride(0)
	}
	return blas64.Vector{N: n, Inc: inc, Data: v.view.Span()}
}

// VecDense is the vector as gonum has it, onto the shared elements: what gonum
// writes into it, every process sees.
func (v Vector) VecDense() *mat.VecDense {
	d := new(mat.VecDense)
	if raw := v.Raw(); raw.N > 0 {
		d.SetRawVector(raw)
	}
	return d
}
