package kernels

// PartialSortFloat32 is [PartialSort] for float32.
func PartialSortFloat32(x []float32, k int) { ascendingFloat32.first(integers32Of(x), k) }

// PartialSortInt32 is [PartialSort] for int32.
func PartialSortInt32(x []int32, k int) { ascendingInt32.first(x, k) }

// TopKFloat32 is [TopK] for float32.
func TopKFloat32(x []float32, k int) { descendingFloat32.first(integers32Of(x), k) }

// TopKInt32 is [TopK] for int32.
func TopKInt32(x []int32, k int) { descendingInt32.first(x, k) }
