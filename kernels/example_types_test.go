package kernels_test

import (
	"fmt"

	"github.com/shmengine/shmengine/kernels"
)

// Sums of float32 are float64: what is lost is lost in the elements only.
func ExampleSumFloat32() {
	x := make([]float32, 10_000_000)
	for i := range x {
		x[i] = 0.1
	}
	fmt.Println(kernels.SumFloat32(x) == 1e7*float64(float32(0.1)))
	// Output: true
}

// Sums of int32 are int64.
func ExampleSumInt32() {
	x := []int32{1 << 30, 1 << 30, 1 << 30}
	lo, hi, ok := kernels.MinMaxInt32(x)
	fmt.Println(kernels.SumInt32(x), kernels.DotInt32(x, x), lo, hi, ok)
	// Output: 3221225472 3458764513820540928 1073741824 1073741824 true
}

func ExampleFilterCompareFloat32() {
	delay := []float32{3, -1, 50, 2}
	late := make([]float32, len(delay))
	n, err := kernels.FilterCompareFloat32(late, delay, kernels.Greater, 2)
	fmt.Println(late[:n], err)
	// Output: [3 50] <nil>
}

func ExampleMomentsInt32() {
	v, ok := kernels.MomentsInt32([]int32{4, 7, 13, 16}).Variance(1)
	fmt.Println(v, ok)
	// Output: 30 true
}

// The arithmetic of integers wraps as in Go.
func ExampleAxpyInt64() {
	x, y := []int64{1, 1 << 62}, []int64{10, 20}
	kernels.AxpyInt64(y, 4, x, y)
	fmt.Println(y)
	// Output: [14 20]
}
