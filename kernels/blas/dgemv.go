package blas

import (
	"sync"

	"github.com/shmengine/shmengine/kernels"
	"gonum.org/v1/gonum/blas"
)

// Dgemv computes alpha*A*x + beta*y into y, with A transposed if asked to. It has the
// arguments and panics of gonum's, and the numbers of [kernels.Gemv].
func (im Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	rows, cols := m, n
	if tA != blas.NoTrans {
		rows, cols = n, m
	}
	left, ok := matrix(tA, rows, cols, a, lda)
	from, okX := vectorOf(cols, x, incX)
	to, okY := vectorOf(rows, y, incY)
	if !ok || !okX || !okY || to.overlaps(from.matrix()) || to.overlaps(left) {
		im.Implementation.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	if incX == 1 && incY == 1 {
		kernels.Gemv(y[:rows], alpha, left, x[:cols], beta)
		return
	}
	strided(to, alpha, left, from, beta)
}

// vector is an argument of BLAS: n elements that are inc apart, the last one first in
// memory if inc is negative.
type vector struct {
	data   []float64
	n, inc int
}

// vectorOf reports also whether the vector is one that has elements.
func vectorOf(n int, data []float64, inc int) (v vector, ok bool) {
	return vector{data, n, inc}, n > 0 && inc != 0 && (len(data)-1)/max(inc, -inc) >= n-1 && len(data) > 0
}

// matrix returns the elements as a column, in the order of memory.
func (v vector) matrix() kernels.Matrix {
	return kernels.Matrix{Data: v.data, Rows: v.n, Cols: 1, Stride: max(v.inc, -v.inc)}
}

func (v vector) overlaps(m kernels.Matrix) bool { return v.matrix().Overlaps(m) }

// first returns the place of element 0.
func (v vector) first() int {
	if v.inc < 0 {
		return (1 - v.n) * v.inc
	}
	return 0
}

// buffers are for vectors whose elements lie apart.
var buffers = sync.Pool{New: func() any { return new([]float64) }}

// strided multiplies copies of the vectors.
func strided(y vector, alpha float64, a kernels.Matrix, x vector, beta float64) {
	buffer, _ := buffers.Get().(*[]float64)
	if cap(*buffer) < x.n+y.n {
		*buffer = make([]float64, 2*(x.n+y.n))
	}
	from, to := (*buffer)[:x.n], (*buffer)[x.n:x.n+y.n]
	at := x.first()
	for i := range from {
		from[i] = x.data[at]
		at += x.inc
	}
	at = y.first()
	for i := range to {
		to[i] = y.data[at]
		at += y.inc
	}
	kernels.Gemv(to, alpha, a, from, beta)
	at = y.first()
	for _, v := range to {
		y.data[at] = v
		at += y.inc
	}
	buffers.Put(buffer)
}
