package kernels

// SortFloat32 is [Sort] for float32: the order of the bits is the same total one.
func SortFloat32(x []float32) { ascendingFloat32.sort(integers32Of(x)) }

// SortFloat32Descending is [SortDescending] for float32.
func SortFloat32Descending(x []float32) { descendingFloat32.sort(integers32Of(x)) }

// SortInt32 sorts x in place, as [Sort] does.
func SortInt32(x []int32) { ascendingInt32.sort(x) }

// SortInt32Descending sorts x in place, the largest first.
func SortInt32Descending(x []int32) { descendingInt32.sort(x) }
