package kernels

// SortUint64 sorts x in place, as [Sort] does.
func SortUint64(x []uint64) { ascendingUint64.sort(signed(x)) }

// ArgSortUint64 is [ArgSort] for unsigned integers.
func ArgSortUint64(idx []int64, x []uint64, keys []int64) {
	argSortFlipped(idx, signed(x), keys, flipUnsigned)
}

// argSortFlipped sorts by the elements with some bits flipped.
func argSortFlipped(idx, x, keys []int64, c int64) {
	apartPairs(idx, x, keys)
	flip(keys, x, c)
	argSort(idx, keys)
}

// PartialSortUint64 is [PartialSort] for unsigned integers.
func PartialSortUint64(x []uint64, k int) { ascendingUint64.first(signed(x), k) }

// MergeUint64 is [Merge] for unsigned integers in the order of [SortUint64].
func MergeUint64(dst, a, b []uint64) {
	mergeFlipped(signed(dst), signed(a), signed(b), flipUnsigned)
}

// mergeFlipped merges what is in order if some bits are flipped.
func mergeFlipped[K key](dst, a, b []K, c K) {
	apartMerge(dst, a, b)
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		v, w, fromB := a[i], b[j], 0
		if w^c < v^c {
			v, fromB = w, 1
		}
		dst[i+j] = v
		i, j = i+1-fromB, j+fromB
	}
	copyBlocks(dst[i+j:], a[i:])
	copyBlocks(dst[len(a)+j:], b[j:])
}
