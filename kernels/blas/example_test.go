package blas_test

import (
	"fmt"

	"github.com/shmengine/shmengine/kernels/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

// A program that uses gonum says once what computes its products.
func ExampleImplementation() {
	blas64.Use(blas.Implementation{})
	defer blas64.Use(gonum.Implementation{}) // what it is without this

	a := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	var c mat.Dense
	c.Mul(a, a.T())
	fmt.Println(mat.Formatted(&c))
	// Output:
	// ⎡14  32⎤
	// ⎣32  77⎦
}
