package kernels

import "math/bits"

// Matrix is a view of numbers in memory as a matrix: a plain value, which owns
// nothing. Its rows follow each other in Data, Stride elements apart: element
// i, j is Data[i*Stride+j]. ByColumns says that its columns do instead, which
// makes it Data[j*Stride+i]. The zero Matrix has no elements.
//
// A matrix may be part of a larger one (see [Matrix.Part]); a vector is a matrix of
// one row or column. Data may be longer than the matrix.
type Matrix struct {
	Data       []float64
	Rows, Cols int
	Stride     int
	ByColumns  bool
}

// T returns the transpose, a view of the same memory.
func (m Matrix) T() Matrix {
	m.Rows, m.Cols, m.ByColumns = m.Cols, m.Rows, !m.ByColumns
	return m
}

// Part returns the view of some rows and columns, of which i, j is the first.
//
// Preconditions; else it panics:
//   - they are in the matrix.
func (m Matrix) Part(i, j, rows, cols int) Matrix {
	if i < 0 || j < 0 || rows < 0 || cols < 0 || rows > m.Rows-i || cols > m.Cols-j {
		panic("kernels: part is not in the matrix")
	}
	if rows == 0 || cols == 0 {
		return Matrix{Rows: rows, Cols: cols, Stride: m.Stride, ByColumns: m.ByColumns}
	}
	at := i*m.Stride + j
	if m.ByColumns {
		at = j*m.Stride + i
	}
	p := Matrix{m.Data[at:], rows, cols, m.Stride, m.ByColumns}
	p.Data = p.Data[:p.span()]
	return p
}

// What follows takes pointers, and keeps none: a copy of a Matrix takes as long as what is
// asked of it.

// lines returns the number of the rows, or columns, that follow each other, and
// the number of elements of each.
func (m *Matrix) lines() (n, width int) {
	if m.ByColumns {
		return m.Cols, m.Rows
	}
	return m.Rows, m.Cols
}

func (m *Matrix) empty() bool { return m.Rows == 0 || m.Cols == 0 }

// span returns the number of elements from the first to the last of a matrix
// that has any.
func (m *Matrix) span() int {
	n, width := m.lines()
	return (n-1)*m.Stride + width
}

// inside panics unless the matrix lies in its Data, each element at a place of its own.
func (m *Matrix) inside() {
	n, width := m.lines()
	switch {
	case n < 0 || width < 0:
		panic("kernels: negative number of rows or columns")
	case n == 0 || width == 0:
	case n > 1 && m.Stride < width:
		panic("kernels: stride is shorter than a line of the matrix")
	case len(m.Data) < width || farther(n-1, m.Stride, len(m.Data)-width):
		panic("kernels: data is too short for the matrix")
	}
}

// farther reports whether n steps of some elements each lead beyond an element. None of the
// numbers is negative but for the length of the step if n is 0.
func farther(n, step, last int) bool {
	high, low := bits.Mul64(uint64(n), uint64(step))
	return n > 0 && (high > 0 || low > uint64(last))
}

// Overlaps reports whether two matrices share an element. Parts of one matrix
// that lie beside each other do not, though the stretches of memory from their first
// to their last elements overlap. It takes time in proportion to the lines of m if
// these do, and little if not.
//
// Preconditions; else it panics:
//   - both matrices lie in their Data.
func (m Matrix) Overlaps(o Matrix) bool {
	m.inside()
	o.inside()
	return m.meets(&o)
}

// meets is Overlaps of matrices that lie in their Data.
func (m *Matrix) meets(o *Matrix) bool {
	if m.empty() || o.empty() || !overlap(m.Data[:m.span()], o.Data[:o.span()]) {
		return false
	}
	const size = 8
	n, width := m.lines()
	others, otherWidth := o.lines()
	period := size * max(o.Stride, otherWidth)
	from := distance(o.Data, m.Data)
	for i := range n {
		begin := from + i*size*m.Stride
		first := max(0, floorDiv(begin-size*otherWidth, period)+1)  // the first line that ends behind it
		last := min(others-1, floorDiv(begin+size*width-1, period)) // the last that begins before its end
		if first <= last {
			return true
		}
	}
	return false
}

// floorDiv returns a/b rounded down, for b above 0.
func floorDiv(a, b int) int {
	if a < 0 {
		return -1 - (-1-a)/b
	}
	return a / b
}
