package kernels

import "math"

// PartialSort moves the k smallest elements of x to its front, in order, and
// leaves the others behind them in any: x[:k] is what [Sort] would put there. With
// k larger than len(x) it sorts all. It takes some passes over x, fewer the less
// there is left of it, and a sort of k elements; as Sort, it holds other numbers
// in x meanwhile and is O(n log n) at worst.
//
// Preconditions: k is not negative; else it panics.
func PartialSort(x []float64, k int) {
	all := integersOf(x)
	k = someOf(k, len(x))
	keys(opToKeys, all, all)
	PartialSortInt64(all, k)
	keys(opFromKeys, all, all)
}

// PartialSortInt64 is [PartialSort] for integers.
func PartialSortInt64(x []int64, k int) {
	k = someOf(k, len(x))
	smallest(x, k)
	SortInt64(x[:k])
}

func someOf(k, n int) int {
	if k < 0 {
		panic("kernels: negative number of elements")
	}
	return min(k, n)
}

// fewToSelect is how many elements are sorted rather than parted.
const fewToSelect = 256

// smallest moves the k smallest elements to the front, in any order (Hoare's
// quickselect). A part with bad pivots, or one that others write to, is sorted.
func smallest(x []int64, k int) {
	for parts := mostParts(len(x)); k > 0 && k < len(x); parts-- {
		if parts == 0 || len(x) <= fewToSelect {
			SortInt64(x)
			return
		}
		pivot := middling(x)
		n := partition(x, pivot)
		switch {
		case n == 0 && pivot == math.MaxInt64:
			return
		case n == 0: // the pivot is the least: its equals go to the front
			n = partition(x, pivot+1)
			x, k = x[n:], k-n
		case k <= n:
			x = x[:n]
		default:
			x, k = x[n:], k-n
		}
	}
}
