package blas

import (
	"runtime"
	"sync"

	"github.com/shmengine/shmengine/kernels"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Implementation is an implementation of BLAS for blas64.Use. The zero value is
// ready to use.
type Implementation struct {
	gonum.Implementation

	// Goroutines is how many a large product may be cut among; 0 is
	// runtime.GOMAXPROCS, and 1 keeps it in the goroutine of the caller.
	Goroutines int
}

var _ blas.Float64 = Implementation{}

// Dgemm computes alpha*A*B + beta*C into C, with A, B or both transposed if asked to.
// It has the arguments and panics of gonum's, and the numbers of [kernels.Gemm].
func (im Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	left, okA := matrix(tA, m, k, a, lda)
	right, okB := matrix(tB, k, n, b, ldb)
	to, okC := matrix(blas.NoTrans, m, n, c, ldc)
	if !okA || !okB || !okC || to.Overlaps(left) || to.Overlaps(right) {
		im.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	im.multiply(to, alpha, left, right, beta)
}

// matrix returns an argument of BLAS as a matrix, and reports whether it is one that has
// elements. The others are nothing, or have a panic of gonum's.
func matrix(t blas.Transpose, rows, cols int, data []float64, stride int) (m kernels.Matrix, ok bool) {
	if t != blas.NoTrans && t != blas.Trans && t != blas.ConjTrans {
		return m, false
	}
	m = kernels.Matrix{Data: data, Rows: rows, Cols: cols, Stride: stride}
	if t != blas.NoTrans {
		m.Rows, m.Cols = cols, rows
	}
	ok = rows > 0 && cols > 0 && stride >= m.Cols && len(data) >= m.Cols && (len(data)-m.Cols)/stride >= m.Rows-1
	if t != blas.NoTrans {
		m = m.T()
	}
	return m, ok
}

// A part of a product that is cut has at least this many rows or columns, and this
// many multiplications: packing its factors, and its goroutine, cost little beside.
const (
	leastLines = 96
	leastWork  = 1 << 20
)

// multiply cuts C by its rows or its columns, whichever are more.
func (im Implementation) multiply(c kernels.Matrix, alpha float64, a, b kernels.Matrix, beta float64) {
	if c.Cols > c.Rows {
		c, a, b = c.T(), b.T(), a.T()
	}
	parts := im.parts(c.Rows, float64(c.Rows)*float64(c.Cols)*float64(a.Cols))
	if parts < 2 {
		kernels.Gemm(c, alpha, a, b, beta)
		return
	}
	var wg sync.WaitGroup
	for p := range parts {
		from, to := c.Rows*p/parts, c.Rows*(p+1)/parts
		wg.Go(func() {
			kernels.Gemm(c.Part(from, 0, to-from, c.Cols), alpha, a.Part(from, 0, to-from, a.Cols), b, beta)
		})
	}
	wg.Wait()
}

// parts returns how many parts to cut a product into.
func (im Implementation) parts(lines int, work float64) int {
	most := im.Goroutines
	if most <= 0 {
		most = runtime.GOMAXPROCS(0)
	}
	if work/leastWork < float64(most) {
		most = int(work / leastWork)
	}
	return min(most, lines/leastLines)
}
