package kernels

// MergeFloat32 is [Merge] for slices in the order of [SortFloat32].
func MergeFloat32(dst, a, b []float32) {
	mergeFloat32(integers32Of(dst), integers32Of(a), integers32Of(b), 0)
}

// MergeFloat32Descending is [Merge] for slices in the order of
// [SortFloat32Descending].
func MergeFloat32Descending(dst, a, b []float32) {
	mergeFloat32(integers32Of(dst), integers32Of(a), integers32Of(b), descendingFloat32.flip)
}

// MergeInt32 is [Merge] for slices in the order of [SortInt32].
func MergeInt32(dst, a, b []int32) { mergeFlipped(dst, a, b, 0) }

// MergeInt32Descending is [Merge] for slices in the order of
// [SortInt32Descending].
func MergeInt32Descending(dst, a, b []int32) { mergeFlipped(dst, a, b, descendingInt32.flip) }

// mergeFloat32 merges float32 that are in order if some bits are flipped.
func mergeFloat32(dst, a, b []int32, flip int32) {
	apartMerge(dst, a, b)
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		v, w, fromB := a[i], b[j], 0
		if inOrder32(w^flip)-negativeNaNs32 < inOrder32(v^flip)-negativeNaNs32 {
			v, fromB = w, 1
		}
		dst[i+j] = v
		i, j = i+1-fromB, j+fromB
	}
	copy(dst[i+j:], a[i:])
	copy(dst[len(a)+j:], b[j:])
}
