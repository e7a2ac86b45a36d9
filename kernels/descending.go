package kernels

// SortDescending sorts x from +Inf down to -Inf, and NaN come last here too: what
// is missing stays behind what is there. It is [Sort] by the negated numbers, and so
// total as well: a +0 comes before a -0, and NaN with the sign come before those
// without. All else is as for Sort.
func SortDescending(x []float64) { descendingFloat64.sort(integersOf(x)) }

// SortInt64Descending sorts x in place, the largest first.
func SortInt64Descending(x []int64) { descendingInt64.sort(x) }

// SortUint64Descending sorts x in place, the largest first.
func SortUint64Descending(x []uint64) { descendingUint64.sort(signed(x)) }

// ArgSortDescending is [ArgSort] from the largest to the smallest. It is stable
// too: equal elements come in the order of their places, not in the opposite
// one. All NaN are equal and come last; a -0 equals a +0.
func ArgSortDescending(idx []int64, x []float64, scratch []int64) {
	apartPairs(idx, integersOf(x), scratch)
	keys(opTieKeys, scratch, integersOf(x), flipNegative)
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
	mergeFloats(integersOf(dst), integersOf(a), integersOf(b), flipNegative)
}

// mergeFloats merges floating-point numbers that are in order if some bits are
// flipped.
func mergeFloats[K key](dst, a, b []K, flip K) {
	apartMerge(dst, a, b)
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		v, w, fromB := a[i], b[j], 0
		if keyOf(w^flip) < keyOf(v^flip) {
			v, fromB = w, 1
		}
		dst[i+j] = v
		i, j = i+1-fromB, j+fromB
	}
	copyBlocks(dst[i+j:], a[i:])
	copyBlocks(dst[len(a)+j:], b[j:])
}

// MergeInt64Descending is [Merge] for slices in the order of
// [SortInt64Descending].
func MergeInt64Descending(dst, a, b []int64) { mergeFlipped(dst, a, b, flipDescending) }

// MergeUint64Descending is [Merge] for slices in the order of
// [SortUint64Descending].
func MergeUint64Descending(dst, a, b []uint64) {
	mergeFlipped(signed(dst), signed(a), signed(b), flipUnsignedDescending)
}
