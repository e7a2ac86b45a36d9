package gonumview

import (
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Matrix is a matrix in shared memory: a plain value of 104 bytes that may be
// copied, stored in shared memory and sent to other processes. It is an array with
// a shape; the array is what is freed. The zero Matrix has no elements.
type Matrix struct {
	view shmarena.View[float64] // rank 2 and rows in one piece, or the zero View
}

// NewMatrix returns a zeroed matrix in the arena. Its errors are those of
// shmarena.Alloc.
func NewMatrix(a *shmarena.Arena, rows, cols int) (Matrix, error) {
	v, err := shmarena.AllocView[float64](a, rows, cols)
	if err != nil {
		return Matrix{}, fmt.Errorf("gonumview: new matrix: %w", err)
	}
	return Matrix{v}, nil
}

// MatrixOf is the matrix whose rows follow each other in an array; it is
// shmarena.ErrArgument if the array has not rows times cols elements.
func MatrixOf(x shmarena.Array[float64], rows, cols int) (Matrix, error) {
	v, err := shmarena.ViewOf(x, rows, cols)
	if err != nil {
		return Matrix{}, fmt.Errorf("gonumview: matrix: %w", err)
	}
	return Matrix{v}, nil
}

// ViewMatrix is a view of two dimensions as a matrix. The elements of a row must
// follow each other, which is what BLAS can work on: a transposed view is
// shmarena.ErrArgument, and so is one of another rank. (Transpose in gonum, with
// Dense().T().)
func ViewMatrix(v shmarena.View[float64]) (Matrix, error) {
	if err := fits(v, 2); err != nil {
		return Matrix{}, fmt.Errorf("gonumview: matrix: %w", err)
	}
	if v.Dim(1) > 1 && v.Stride(1) != 1 {
		return Matrix{}, fmt.Errorf("gonumview: matrix: %w: elements of a row are %d apart, not 1 (is the view transposed?)", shmarena.ErrArgument, v.Stride(1))
	}
	if v.Dim(0) > 1 && v.Stride(0) < v.Dim(1) {
		return Matrix{}, fmt.Errorf("gonumview: matrix: %w: rows of %d elements are %d apart", shmarena.ErrArgument, v.Dim(1), v.Stride(0))
	}
	return Matrix{v}, nil
}

// fits checks a view's rank, and its numbers, which may be a peer's.
func fits(v shmarena.View[float64], rank int) error {
	if v.Rank() != rank {
		return fmt.Errorf("%w: a view of %d dimensions, not %d", shmarena.ErrArgument, v.Rank(), rank)
	}
	return v.Check()
}

// CopyMatrix returns a new matrix in the arena with the elements of m. Its errors
// are those of shmarena.Alloc.
func CopyMatrix(a *shmarena.Arena, m mat.Matrix) (Matrix, error) {
	rows, cols := m.Dims()
	x, err := NewMatrix(a, rows, cols)
	if err == nil {
		x.Dense().Copy(m)
	}
	return x, err
}

// Dims are the numbers of rows and columns.
func (m Matrix) Dims() (rows, cols int) {
	if m.view.Rank() != 2 {
		return 0, 0
	}
	return m.view.Dim(0), m.view.Dim(1)
}

// View is the matrix as a view of two dimensions.
func (m Matrix) View() shmarena.View[float64] { return m.view }

// Array is the array that the matrix lies in.
func (m Matrix) Array() shmarena.Array[float64] { return m.view.Array() }

// Check says whether the matrix can be used, as [shmarena.View.Check] does, and
// whether it is one: a value that a peer wrote can be anything.
func (m Matrix) Check() error {
	if m.view.IsZero() {
		return nil
	}
	_, err := ViewMatrix(m.view)
	return err
}

// Raw is the matrix as package blas64 has it, onto the shared elements. It costs a
// few nanoseconds. The zero Matrix, or one without elements, gives the zero
// General. It panics as [shmarena.View.Span] does; [Matrix.Check] asks first.
func (m Matrix) Raw() blas64.General {
	rows, cols := m.Dims()
	if rows == 0 || cols == 0 {
		return blas64.General{}
	}
	stride := cols // of one row nobody asks
	if rows > 1 {
		stride = m.view.Stride(0)
	}
	return blas64.General{Rows: rows, Cols: cols, Stride: stride, Data: m.view.Span()}
}

// Dense is the matrix as gonum has it, onto the shared elements: what gonum writes
// into it, every process sees. It allocates the header, not the elements. To gonum
// two of them are two matrices that overlap, which most of its methods refuse: take
// it once for what is both source and destination.
func (m Matrix) Dense() *mat.Dense {
	d := new(mat.Dense)
	if raw := m.Raw(); raw.Rows > 0 {
		d.SetRawMatrix(raw)
	}
	return d
}

// Row is a row as a vector.
func (m Matrix) Row(i int) Vector { return Vector{m.view.Pick(0, i)} }

// Col is a column as a vector: its elements are as far apart as rows are.
func (m Matrix) Col(j int) Vector { return Vector{m.view.Pick(1, j)} }

// Slice is the part of rows i to k-1 and columns j to l-1, as [mat.Dense.Slice]
// has it. It panics if they are not in the matrix.
func (m Matrix) Slice(i, k, j, l int) Matrix {
	return Matrix{m.view.Part(0, i, k).Part(1, j, l)}
}
