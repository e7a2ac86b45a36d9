package kernels_test

import (
	"fmt"
	"math"

	"github.com/shmengine/shmengine/kernels"
)

func ExampleSum() {
	fmt.Println(kernels.Sum([]float64{1, 2, 3.5}))
	// Output: 6.5
}

func ExampleSumInt64() {
	sum := kernels.SumInt64([]int64{1 << 62, 1 << 62, 1 << 62})
	v, ok := sum.Int64()
	fmt.Println(sum, v, ok)
	// Output: 13835058055282163712 -4611686018427387904 false
}

func ExampleDot() {
	fmt.Println(kernels.Dot([]float64{1, 2, 3}, []float64{4, 5, 6}))
	// Output: 32
}

func ExampleMinMax() {
	lo, hi, ok := kernels.MinMax([]float64{3, -1, 2})
	fmt.Println(lo, hi, ok)
	// Output: -1 3 true
}

func ExampleMoments() {
	a := kernels.MomentsOf([]float64{1e9 + 4, 1e9 + 7})
	b := kernels.MomentsOf([]float64{1e9 + 13, 1e9 + 16})
	both := a.Merge(b)
	variance, ok := both.Variance(1)
	fmt.Println(both.N, both.Mean-1e9, variance, ok)
	// Output: 4 10 30 true
}

func ExampleCoMoments() {
	c := kernels.CoMomentsInt64([]int64{1, 2, 3, 4}, []int64{30, 20, 10, 0})
	r, ok := c.Corr()
	fmt.Println(c.MeanX, c.MeanY, r, ok)
	// Output: 2.5 15 -1 true
}

func ExampleHistogram() {
	bins, err := kernels.NewBins(0, 3, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	counts := make([]int64, bins.Len())
	outside := kernels.Histogram(counts, []float64{-1, 0, 0.5, 1, 2.5, 3, 9}, bins)
	fmt.Printf("%v %+v\n", counts, outside)
	// Output: [2 1 2] {Below:1 Above:1 NaN:0}
}

// Delays by the hour of departure: their moments, and how many fell into each
// quarter of an hour.
func ExampleGroupedMomentsInt64() {
	departures := []int64{978_307_260_000_000, 978_310_860_000_000, 978_307_320_000_000}
	delays := []int64{33, -4, 19}

	hours := make([]uint8, len(departures))
	kernels.HourOfDay(hours, departures)

	byHour := make([]kernels.GroupMoments, 24)
	if err := kernels.GroupedMomentsInt64(byHour, hours, delays); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(byHour[0].N, byHour[0].Mean, byHour[0].Max, byHour[1].Mean)

	quarters, err := kernels.NewBinsInt64(0, 15, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	cells := make([]int64, 24*quarters.Cells())
	if err := kernels.GroupedHistogramInt64(cells, hours, delays, quarters); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cells[:quarters.Cells()], cells[quarters.Cells():][:quarters.Cells()])
	// Output:
	// 2 26 33 -4
	// [0 0 1 1 0 0] [1 0 0 0 0 0]
}

func ExampleMin() {
	delays := []float64{3, -1, math.NaN(), 2}
	lo, _ := kernels.Min(delays)
	known, ok := kernels.NanMin(delays)
	fmt.Println(lo, known, ok)
	// Output: NaN -1 true
}

func ExampleArgMax() {
	fmt.Println(kernels.ArgMax([]float64{3, 7, 7, 2}), kernels.ArgMaxInt64(nil))
	// Output: 1 -1
}

func ExampleComparison() {
	x := []float64{3, -1, 5, 2}
	late := make([]uint64, kernels.Bits(len(x)))
	kernels.Compare(late, x, kernels.Greater, 2)
	fmt.Printf("%04b %d\n", late[0], kernels.Count(x, kernels.Greater, 2))
	// Output: 0101 2
}

func ExampleAdd() {
	x := []float64{1, 2, 3}
	kernels.Add(x, x, []float64{10, 20, 30}) // in place
	kernels.Axpy(x, -2, []float64{1, 1, 1}, x)
	fmt.Println(x)
	// Output: [9 20 31]
}

func ExampleExp() {
	x := []float64{0, 1, -1, math.Inf(-1)}
	kernels.Exp(x, x) // in place
	fmt.Println(x)
	kernels.Log(x, x)
	fmt.Println(x)
	// Output:
	// [1 2.718281828459045 0.36787944117144233 0]
	// [0 1 -1 -Inf]
}
