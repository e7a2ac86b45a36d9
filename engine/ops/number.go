package ops

import (
	"github.com/shmengine/shmengine/kernels"
)

// A number is an element of a column.
type number interface{ float64 | int64 }

// A kit is what package kernels does with columns of one type. It is called for blocks
// and pieces, not for elements.
type kit[T number] struct {
	name    string // behind the names of kernels
	count   func(x []T, c kernels.Comparison, t T) int
	compare func(dst []uint64, x []T, c kernels.Comparison, t T)
	filter  func(dst, x []T, mask []uint64, from int) (int, error)
	choose  func(dst, x []T, c kernels.Comparison, t T) (int, error) // filter by a comparison
	sort    func(x []T)
	places  func(idx []int64, x []T, keys []int64) // argsort
	lead    func(x []T, k int)                     // partial sort
	flip    func(dst, x []T)                       // the order is reversed
	minMax  func(x []T) (lo, hi T, ok bool)
}

var float64Kit = &kit[float64]{
	name: "", count: kernels.Count, compare: kernels.Compare, filter: kernels.Filter,
	choose: kernels.FilterCompare, sort: kernels.Sort, places: kernels.ArgSort,
	lead: kernels.PartialSort, flip: kernels.Neg, minMax: kernels.MinMax,
}

var int64Kit = &kit[int64]{
	name: "/int64", count: kernels.CountInt64, compare: kernels.CompareInt64, filter: kernels.FilterInt64,
	choose: kernels.FilterCompareInt64, sort: kernels.SortInt64, places: kernels.ArgSortInt64,
	lead: kernels.PartialSortInt64, flip: complement, minMax: kernels.MinMaxInt64,
}

// complement reverses the order of all int64: -1 - v, which, unlike -v, is always there.
func complement(dst, x []int64) {
	for i, v := range x {
		dst[i] = ^v
	}
}
