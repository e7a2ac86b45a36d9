package kernels_test

import (
	"fmt"
	"math"

	"github.com/shmengine/shmengine/kernels"
)

// Two columns, selected by what one of them holds.
func ExampleFilter() {
	delay, distance := []float64{3, -1, 50, 2}, []float64{100, 200, 300, 400}
	late := make([]uint64, kernels.Bits(len(delay)))
	kernels.Compare(late, delay, kernels.Greater, 2)
	n, err := kernels.Filter(distance, distance, late, 0) // in place
	fmt.Println(distance[:n], err)
	// Output: [100 300] <nil>
}

func ExampleFilterCompare() {
	delay := []float64{3, -1, 50, 2}
	late := make([]float64, kernels.Count(delay, kernels.Greater, 2))
	n, err := kernels.FilterCompare(late, delay, kernels.Greater, 2)
	fmt.Println(late[:n], err)
	// Output: [3 50] <nil>
}

func ExampleTake() {
	names := []float64{10, 20, 30, 40}
	places := make([]int64, 4)
	n, err := kernels.Where(places, []uint64{0b1010}, 0, len(names))
	if err != nil {
		fmt.Println(err)
		return
	}
	chosen := make([]float64, n)
	err = kernels.Take(chosen, names, places[:n])
	fmt.Println(places[:n], chosen, err)

	places[1] = 4
	fmt.Println(kernels.Take(chosen, names, places[:n]))
	// Output:
	// [1 3] [20 40] <nil>
	// take 2 of 4 elements: index 4 at 1: index out of bounds
}

func ExamplePrefixSum() {
	counts := []int64{3, 0, 5, 1}
	begins := make([]int64, len(counts))
	total := kernels.PrefixSumExclusiveInt64(begins, counts, 0)
	fmt.Println(begins, total)

	x := []float64{1, 2, 3, 4}
	total64 := kernels.PrefixSum(x, x, 0.5) // in place
	fmt.Println(x, total64)
	// Output:
	// [0 3 3 8] 9
	// [1.5 3.5 6.5 10.5] 10.5
}

func ExampleSort() {
	x := []float64{3, math.NaN(), -1, math.Inf(-1), 2}
	kernels.Sort(x)
	fmt.Println(x)
	// Output: [-Inf -1 2 3 NaN]
}

// Two columns in the order of one of them.
func ExampleArgSort() {
	delay, distance := []float64{3, -1, 50, 3}, []float64{100, 200, 300, 400}
	idx, scratch := make([]int64, len(delay)), make([]int64, len(delay))
	kernels.ArgSort(idx, delay, scratch)
	inOrder := make([]float64, len(delay))
	err := kernels.Take(inOrder, distance, idx)
	fmt.Println(idx, inOrder, err)
	// Output: [1 0 3 2] [200 100 400 300] <nil>
}

func ExampleSumCompensated() {
	x := []float64{1, 1e100, 1, -1e100}
	fmt.Println(kernels.SumCompensated(x))
	// Output: 2
}

func ExampleNorm2() {
	fmt.Println(kernels.Norm2([]float64{0x3p1000, -0x4p1000})/0x1p1000, kernels.Norm1([]float64{3, -4}), kernels.NormInf([]float64{3, -4}))
	// Output: 5 7 4
}

func ExamplePartialSort() {
	x := []float64{3, 9, -1, 5, 2}
	kernels.PartialSort(x, 2)
	fmt.Println(x[:2])
	// Output: [-1 2]
}

func ExampleMerge() {
	both := make([]float64, 5)
	kernels.Merge(both, []float64{1, 4, 5}, []float64{2, math.Inf(1)})
	fmt.Println(both)
	// Output: [1 2 4 5 +Inf]
}
