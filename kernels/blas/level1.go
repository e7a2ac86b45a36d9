package blas

import "github.com/shmengine/shmengine/kernels"

// Ddot returns the inner product of x and y, by [kernels.Dot] if their elements
// follow each other, and as gonum's otherwise.
func (im Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if incX != 1 || incY != 1 || n < 1 || len(x) < n || len(y) < n {
		return im.Implementation.Ddot(n, x, incX, y, incY)
	}
	return kernels.Dot(x[:n], y[:n])
}

// Daxpy adds alpha*x to y, by [kernels.Axpy] if the elements of each follow each
// other, and as gonum's otherwise.
func (im Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if incX != 1 || incY != 1 || n < 1 || len(x) < n || len(y) < n || alpha == 0 || inPart(x[:n], y[:n]) {
		im.Implementation.Daxpy(n, alpha, x, incX, y, incY)
		return
	}
	kernels.Axpy(y[:n], alpha, x[:n], y[:n])
}

// inPart reports whether two vectors overlap and are not the same.
func inPart(x, y []float64) bool {
	return &x[0] != &y[0] && vector{x, len(x), 1}.overlaps(vector{y, len(y), 1}.matrix())
}

// Dscal multiplies x by alpha, by [kernels.Scale] if its elements follow each other
// and alpha is not 0, and as gonum's otherwise.
func (im Implementation) Dscal(n int, alpha float64, x []float64, incX int) {
	if incX != 1 || n < 1 || len(x) < n || alpha == 0 {
		im.Implementation.Dscal(n, alpha, x, incX)
		return
	}
	kernels.Scale(x[:n], alpha, x[:n])
}

// Dnrm2 returns the Euclidean norm of x, by [kernels.Norm2] if its elements follow
// each other, and as gonum's otherwise.
func (im Implementation) Dnrm2(n int, x []float64, incX int) float64 {
	if incX != 1 || n < 1 || len(x) < n {
		return im.Implementation.Dnrm2(n, x, incX)
	}
	return kernels.Norm2(x[:n])
}

// Dasum returns the sum of the absolute values of x, by [kernels.Norm1] if its
// elements follow each other, and as gonum's otherwise.
func (im Implementation) Dasum(n int, x []float64, incX int) float64 {
	if incX != 1 || n < 1 || len(x) < n {
		return im.Implementation.Dasum(n, x, incX)
	}
	return kernels.Norm1(x[:n])
}
