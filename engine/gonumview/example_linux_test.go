package gonumview_test

import (
	"fmt"
	"log"

	"github.com/shmengine/shmengine/engine/gonumview"
	"github.com/shmengine/shmengine/shmarena"
	"gonum.org/v1/gonum/mat"
)

// gonum solves a system whose matrix and answer lie in shared memory.
func ExampleMatrix() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	m, err := gonumview.CopyMatrix(a, mat.NewDense(2, 2, []float64{2, 1, 1, 3}))
	if err != nil {
		log.Fatal(err)
	}
	answer, err := shmarena.Alloc[float64](a, 2)
	if err != nil {
		log.Fatal(err)
	}
	x := gonumview.VectorOf(answer).VecDense()
	if err := x.SolveVec(m.Dense(), mat.NewVecDense(2, []float64{5, 10})); err != nil {
		log.Fatal(err)
	}
	for _, v := range answer.Slice() { // what any process sees
		fmt.Printf("%.3f\n", v)
	}
	// Output:
	// 1.000
	// 3.000
}

// A column of a matrix is a vector, without a copy.
func ExampleVector() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	prices, err := shmarena.CopyIn(a, []float64{10, 100, 20, 200, 30, 300})
	if err != nil {
		log.Fatal(err)
	}
	m, err := gonumview.MatrixOf(prices, 3, 2)
	if err != nil {
		log.Fatal(err)
	}
	second := m.Col(1).VecDense()
	second.ScaleVec(0.5, second)
	fmt.Println(prices.Slice(), mat.Sum(second))
	// Output: [10 50 20 100 30 150] 300
}
