package kernels

// MergeFloat32 is [Merge] for slices in the order of [SortFloat32].
func MergeFloat32(dst, a, b []float32) {
	mergeFloats(integers32Of(dst), integers32Of(a), integers32Of(b), 0)
}

// MergeFloat32Descending is [Merge] for slices in the order of
// [SortFloat32Descending].
func MergeFloat32Descending(dst, a, b []float32) {
	mergeFloats(integers32Of(dst), integers32Of(a), integers32Of(b), descendingFloat32.flip)
}

// MergeInt32 is [Merge] for slices in the order of [SortInt32].
func MergeInt32(dst, a, b []int32) { mergeFlipped(dst, a, b, 0) }

// MergeInt32Descending is [Merge] for slices in the order of
// [SortInt32Descending].
func MergeInt32Descending(dst, a, b []int32) { mergeFlipped(dst, a, b, descendingInt32.flip) }
