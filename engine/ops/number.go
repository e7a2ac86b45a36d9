package ops

import (
	"github.com/shmengine/shmengine/kernels"
)

// A number is an element of a column.
type number interface {
	float64 | float32 | int64 | int32
}

// A kit is what package kernels does with columns of one type. It is called for blocks
// and pieces, not for elements.
type kit[T number] struct {
	name    string // behind the names of kernels
	minMax  func(x []T) (lo, hi T, ok bool)
	count   func(x []T, c kernels.Comparison, t T) int
	compare func(dst []uint64, x []T, c kernels.Comparison, t T)
	filter  func(dst, x []T, mask []uint64, from int) (int, error)
	choose  func(dst, x []T, c kernels.Comparison, t T) (int, error) // filter by a comparison

	// To sort.
	sort   func(x []T)
	places func(idx []int64, x []T, keys []int64) // argsort
	lead   func(x []T, k int)                     // partial sort
	flip   func(dst, x []T)                       // the order is reversed
	keyed  bool                                   // places needs keys, which are scratch memory
}

var float64Kit = &kit[float64]{
	"", kernels.MinMax, kernels.Count, kernels.Compare, kernels.Filter, kernels.FilterCompare,
	kernels.Sort, kernels.ArgSort, kernels.PartialSort, kernels.Neg, true,
}

var int64Kit = &kit[int64]{
	"/int64", kernels.MinMaxInt64, kernels.CountInt64, kernels.CompareInt64, kernels.FilterInt64, kernels.FilterCompareInt64,
	kernels.SortInt64, kernels.ArgSortInt64, kernels.PartialSortInt64, complement[int64], true,
}

var float32Kit = &kit[float32]{
	"/float32", kernels.MinMaxFloat32, kernels.CountFloat32, kernels.CompareFloat32, kernels.FilterFloat32, kernels.FilterCompareFloat32,
	kernels.SortFloat32, func(idx []int64, x []float32, _ []int64) { kernels.ArgSortFloat32(idx, x) },
	kernels.PartialSortFloat32, kernels.NegFloat32, false,
}

var int32Kit = &kit[int32]{
	"/int32", kernels.MinMaxInt32, kernels.CountInt32, kernels.CompareInt32, kernels.FilterInt32, kernels.FilterCompareInt32,
	kernels.SortInt32, func(idx []int64, x []int32, _ []int64) { kernels.ArgSortInt32(idx, x) },
	kernels.PartialSortInt32, complement[int32], false,
}

// complement reverses the order of all integers: -1 - v, which, unlike -v, is always there.
func complement[T int64 | int32](dst, x []T) {
	for i, v := range x {
		dst[i] = ^v
	}
}
