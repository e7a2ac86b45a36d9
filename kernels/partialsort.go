package kernels

// PartialSort moves the k smallest elements of x to its front, in order, and
// leaves the others behind them in any: x[:k] is what [Sort] would put there. With
// k larger than len(x) it sorts all. It takes some passes over x, fewer the less
// there is left of it, and a sort of k elements; as Sort, it holds other numbers
// in x meanwhile and is O(n log n) at worst.
//
// Preconditions: k is not negative; else it panics.
func PartialSort(x []float64, k int) { ascendingFloat64.first(integersOf(x), k) }

// PartialSortInt64 is [PartialSort] for integers.
func PartialSortInt64(x []int64, k int) { ascendingInt64.first(x, k) }

// first moves the k elements that come first in this order to the front of x.
func (o order[K]) first(x []K, k int) {
	k = someOf(k, len(x))
	o.toKeys(x)
	smallest(x, k)
	order[K]{}.sort(x[:k])
	o.fromKeys(x)
}

func someOf(k, n int) int {
	if k < 0 {
		panic("kernels: negative number of elements")
	}
	return min(k, n)
}

// selectBytes is how much is sorted rather than parted.
const selectBytes = 2048

// smallest moves the k smallest keys to the front, in any order (Hoare's
// quickselect). A part with bad pivots, or one that others write to, is sorted.
func smallest[K key](x []K, k int) {
	few := selectBytes / sizeOf(x)
	for parts := mostParts(len(x)); k > 0 && k < len(x); parts-- {
		if parts == 0 || len(x) <= few {
			order[K]{}.sort(x)
			return
		}
		pivot := middling(x)
		n := partition(x, pivot)
		switch {
		case n == 0 && pivot+1 < pivot: // it wraps: all are equal
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
