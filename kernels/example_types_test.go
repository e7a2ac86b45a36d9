package kernels_test

import (
	"fmt"
	"math"

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

// NaN come last; the places are those before the sort.
func ExampleSortFloat32() {
	x := []float32{3, float32(math.NaN()), -1, 2}
	places := make([]int64, len(x))
	kernels.ArgSortFloat32(places, x)
	kernels.SortFloat32(x)
	fmt.Println(x, places)
	// Output: [-1 2 3 NaN] [2 3 0 1]
}

func ExampleTopKInt32() {
	x := []int32{5, 1, 9, 7, 3}
	kernels.TopKInt32(x, 2)
	fmt.Println(x[:2])
	kernels.SortInt32(x)
	fmt.Println(x)
	// Output:
	// [9 7]
	// [1 3 5 7 9]
}

// Parts that were sorted apart become a sorted whole.
func ExampleMergeFloat32() {
	a, b := []float32{1, 5, 9}, []float32{2, 6}
	whole := make([]float32, len(a)+len(b))
	kernels.MergeFloat32(whole, a, b)
	fmt.Println(whole)
	// Output: [1 2 5 6 9]
}

func ExampleCoMomentsFloat32() {
	r, ok := kernels.CoMomentsFloat32([]float32{1, 2, 3}, []float32{30, 20, 10}).Corr()
	fmt.Println(r, ok)
	// Output: -1 true
}

func ExampleGroupedMomentsFloat32() {
	acc := make([]kernels.GroupMoments, 2)
	err := kernels.GroupedMomentsFloat32(acc, []uint8{0, 1, 0}, []float32{1, 10, 3})
	fmt.Println(acc[0].Mean, acc[1].Mean, err)
	// Output: 2 10 <nil>
}

// What cancels in float64 does not here.
func ExampleSumCompensatedFloat32() {
	fmt.Println(kernels.SumCompensatedFloat32([]float32{1, 1e30, 1, -1e30}))
	// Output: 2
}
