package kernels_test

import (
	"fmt"

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
