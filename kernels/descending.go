package kernels

// SortDescending sorts x from +Inf down to -Inf, and NaN come last here too: what
// is missing stays behind what is there. It is [Sort] by the negated numbers, and so
// total as well: a +0 comes before a -0, and NaN with the sign come before those
// without. All else is as for Sort.
func SortDescending(x []float64) {
	k := integersOf(x)
	for at := 0; at < len(k); at += block2 {
		part := k[at:min(at+block2, len(k))]
		flip(part, part, flipNegative)
		keys(opToKeys, part, part)
	}
	sortTurned(k, turn{floats: true, flip: flipNegative})
}

// SortInt64Descending sorts x in place, the largest first.
func SortInt64Descending(x []int64) {
	flip(x, x, flipDescending)
	sortTurned(x, turn{flip: flipDescending})
}

// SortUint64Descending sorts x in place, the largest first.
func SortUint64Descending(x []uint64) { sortUint64(x, flipUnsignedDescending) }

// ArgSortDescending is [ArgSort] from the largest to the smallest. It is stable
// too: equal elements come in the order of their places, not in the opposite
// one. All NaN are equal and come last; a -0 equals a +0.
func ArgSortDescending(idx []int64, x []float64, scratch []int64) {
	apartPairs(idx, integersOf(x), scratch)
	for at := 0; at < len(x); at += block2 {
		end := min(at+block2, len(x))
		part := scratch[at:end]
		flip(part, integersOf(x[at:end]), flipNegative)
		tieKeys(part, part)
	}
	argSort(idx, scratch)
}

// ArgSortInt64Descending is [ArgSortDescending] for integers.
func ArgSortInt64Descending(idx, x, keys []int64) { argSortFlipped(idx, x, keys, flipDescending) }

// ArgSortUint64Descending is [ArgSortDescending] for unsigned integers.
func ArgSortUint64Descending(idx []int64, x []uint64, keys []int64) {
	argSortFlipped(idx, signed(x), keys, flipUnsignedDescending)
}

// MergeDescending is [Merge] for slices in the order of [SortDescending].
func MergeDescending(dst, a, b []float64) {
	to, x, y := integersOf(dst), integersOf(a), integersOf(b)
	apartMerge(to, x, y)
	i, j := 0, 0
	for i < len(x) && j < len(y) {
		v, w, fromY := x[i], y[j], 0
		if inOrder(w^flipNegative)-negativeNaNs < inOrder(v^flipNegative)-negativeNaNs {
			v, fromY = w, 1
		}
		to[i+j] = v
		i, j = i+1-fromY, j+fromY
	}
	copy(to[i+j:], x[i:])
	copy(to[len(x)+j:], y[j:])
}

// MergeInt64Descending is [Merge] for slices in the order of
// [SortInt64Descending].
func MergeInt64Descending(dst, a, b []int64) { mergeFlipped(dst, a, b, flipDescending) }

// MergeUint64Descending is [Merge] for slices in the order of
// [SortUint64Descending].
func MergeUint64Descending(dst, a, b []uint64) {
	mergeFlipped(signed(dst), signed(a), signed(b), flipUnsignedDescending)
}
