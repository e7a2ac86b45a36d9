package kernels_test

import (
	"fmt"
	"math"

	"github.com/shmengine/shmengine/kernels"
)

func ExampleSortDescending() {
	x := []float64{3, math.NaN(), -1, math.Inf(1), 2}
	kernels.SortDescending(x)
	fmt.Println(x)
	// Output: [+Inf 3 2 -1 NaN]
}

// The order is stable: of equal ones the first comes first, also from above.
func ExampleArgSortInt64Descending() {
	idx, scratch := make([]int64, 4), make([]int64, 4)
	kernels.ArgSortInt64Descending(idx, []int64{7, 9, -1, 9}, scratch)
	fmt.Println(idx)
	// Output: [1 3 0 2]
}

func ExampleTopK() {
	x := []float64{3, math.NaN(), -1, 5, 2}
	kernels.TopK(x, 2)
	fmt.Println(x[:2])
	// Output: [5 3]
}

func ExampleSortUint64() {
	x := []uint64{1 << 63, 3, math.MaxUint64}
	kernels.SortUint64(x)
	fmt.Println(x)
	// Output: [3 9223372036854775808 18446744073709551615]
}
