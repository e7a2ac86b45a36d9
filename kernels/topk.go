package kernels

// TopK moves the k largest elements of x to its front, the largest first, and
// leaves the others behind them in any order: x[:k] is what [SortDescending]
// would put there, so NaN are among them only if there are fewer than k numbers.
// Time and all else are as for [PartialSort].
//
// Preconditions: k is not negative; else it panics.
func TopK(x []float64, k int) {
	k = someOf(k, len(x))
	numbers := numbersFirst(x)
	if 2*k > numbers {
		SortDescending(x)
		return
	}
	all := integersOf(x[:numbers])
	ascendingFloat64.toKeys(all)
	largest(all, k)
	ascendingFloat64.fromKeys(all)
}

// TopKInt64 is [TopK] for integers.
func TopKInt64(x []int64, k int) {
	k = someOf(k, len(x))
	if 2*k > len(x) {
		SortInt64Descending(x)
		return
	}
	largest(x, k)
}

// TopKUint64 is [TopK] for unsigned integers.
func TopKUint64(x []uint64, k int) {
	k = someOf(k, len(x))
	if 2*k > len(x) {
		SortUint64Descending(x)
		return
	}
	all := signed(x)
	flip(all, all, flipUnsigned)
	largest(all, k)
	flip(all, all, flipUnsigned)
}

// largest moves the k largest of x, at most half of it, to the front: behind
// all that are smaller they come by themselves.
func largest(x []int64, k int) {
	n := len(x)
	smallest(x, n-k)
	SortInt64(x[n-k:])
	for i := range k {
		x[i], x[n-1-i] = x[n-1-i], x[i]
	}
}

// numbersFirst moves the NaN of x behind the numbers, and returns how many
// numbers there are.
func numbersFirst(x []float64) int {
	n := indexNaN(x)
	for i := n; i < len(x); i++ {
		if v := x[i]; v == v {
			x[i], x[n] = x[n], v
			n++
		}
	}
	return n
}
