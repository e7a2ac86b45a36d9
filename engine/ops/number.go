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

	// Of columns that are sorted.
	sort   func(x []T)
	places func(idx []int64, x []T, keys []int64) // argsort
	lead   func(x []T, k int)                     // partial sort
	flip   func(dst, x []T)                       // the order is reversed
}

var float64Kit = &kit[float64]{
	"", kernels.MinMax, kernels.Count, kernels.Compare, kernels.Filter, kernels.FilterCompare,
	kernels.Sort, kernels.ArgSort, kernels.PartialSort, kernels.Neg,
}

var int64Kit = &kit[int64]{
	"/int64", kernels.MinMaxInt64, kernels.CountInt64, kernels.CompareInt64, kernels.FilterInt64, kernels.FilterCompareInt64,
	kernels.SortInt64, kernels.ArgSortInt64, kernels.PartialSortInt64, complement,
}

var float32Kit = &kit[float32]{
	name: "/float32", minMax: kernels.MinMaxFloat32, count: kernels.CountFloat32, compare: kernels.CompareFloat32,
	filter: kernels.FilterFloat32, choose: kernels.FilterCompareFloat32,
}

var int32Kit = &kit[int32]{
	name: "/int32", minMax: kernels.MinMaxInt32, count: kernels.CountInt32, compare: kernels.CompareInt32,
	filter: kernels.FilterInt32, choose: kernels.FilterCompareInt32,
}

// complement reverses the order of all int64: -1 - v, which, unlike -v, is always there.
func complement(dst, x []int64) {
	for i, v := range x {
		dst[i] = ^v
	}
}
