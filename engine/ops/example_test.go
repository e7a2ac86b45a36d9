package ops_test

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// Workers read a column where it lies; what they make is a new array.
func Example() {
	ctx := context.Background()
	e, err := engine.Start(ctx, engine.Config{Workers: 2, ArenaSize: 64 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	x, err := shmarena.CopyIn(e.Arena(), []float64{3, 1, 4, 1, 5, 9, 2, 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	sum, err := ops.Sum(ctx, e, x)
	fmt.Println(sum, err)
	sorted, err := ops.Sort(ctx, e, x)
	fmt.Println(sorted.Slice(), err)
	large, err := ops.Filter(ctx, e, x, kernels.Greater, 4)
	fmt.Println(large.Slice(), err)
	median, err := ops.Quantile(ctx, e, []float64{10, 20, 40}, 0.5) // a Go slice is copied
	fmt.Println(median, err)
	// Output:
	// 31 <nil>
	// [1 1 2 3 4 5 6 9] <nil>
	// [5 9 6] <nil>
	// 20 <nil>
}

func ExampleMatMul() {
	ctx := context.Background()
	e, err := engine.Start(ctx, engine.Config{Workers: 2, ArenaSize: 64 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer e.Close()
	x, err := shmarena.CopyIn(e.Arena(), []float64{1, 2, 3, 4, 5, 6})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := shmarena.ViewOf(x, 2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := ops.MatMul(ctx, e, a, a.Swap(0, 1)) // a times its transpose
	fmt.Println(c.Row(0), c.Row(1), err)
	// Output: [14 32] [32 77] <nil>
}
