package kernels_test

import (
	"fmt"
	"sync"

	"github.com/shmengine/shmengine/kernels"
)

// A view of a larger matrix, and its transpose.
func ExampleMatrix() {
	m := kernels.Matrix{Data: []float64{1, 2, 3, 4, 5, 6}, Rows: 2, Cols: 3, Stride: 3}
	right := m.Part(0, 1, 2, 2) // 2 3, 5 6
	left := m.Part(0, 0, 2, 2)
	product := kernels.Matrix{Data: make([]float64, 4), Rows: 2, Cols: 2, Stride: 2}
	kernels.Gemm(product, 1, right, right.T(), 0)
	fmt.Println(product.Data, left.Overlaps(right), left.Overlaps(m.Part(0, 2, 2, 1)))
	// Output: [13 28 28 61] true false
}

// Rows of a product may be shared out among goroutines, or processes if the
// matrices lie in shared memory. The bits do not depend on it.
func ExampleGemm() {
	const n, workers = 4, 2
	square := func() kernels.Matrix {
		return kernels.Matrix{Data: make([]float64, n*n), Rows: n, Cols: n, Stride: n}
	}
	a, b, c := square(), square(), square()
	for i := range n {
		a.Data[i*n+i], b.Data[i*n] = 2, float64(i)
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			first, rows := w*n/workers, n/workers
			kernels.Gemm(c.Part(first, 0, rows, n), 1, a.Part(first, 0, rows, n), b, 0)
		})
	}
	wg.Wait()
	fmt.Println(c.T().Part(0, 0, 1, n).Data[0], c.Data[12:])
	// Output: 0 [6 0 0 0]
}

func ExampleGemv() {
	a := kernels.Matrix{Data: []float64{1, 2, 3, 4, 5, 6}, Rows: 2, Cols: 3, Stride: 3}
	y := make([]float64, 2)
	kernels.Gemv(y, 1, a, []float64{1, 0, 1}, 0)
	x := []float64{100, 100, 100}
	kernels.Gemv(x, 1, a.T(), y, 1)
	fmt.Println(y, x)
	// Output: [4 10] [144 158 172]
}
