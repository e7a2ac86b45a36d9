package kernels

// GroupedMomentsFloat32 is [GroupedMoments] for float32, in float64: what that
// gives for the same numbers as float64, to the bit on one level.
func GroupedMomentsFloat32(acc []GroupMoments, codes []uint8, x []float32) error {
	return groupedMoments(acc, codes, x)
}

// GroupedMomentsInt32 is [GroupedMomentsFloat32] for int32.
func GroupedMomentsInt32(acc []GroupMoments, codes []uint8, x []int32) error {
	return groupedMoments(acc, codes, x)
}

// GroupedSumInt32 is [GroupedSumInt64] for int32, and exact as well.
func GroupedSumInt32(acc []GroupSum, codes []uint32, x []int32) error {
	return groupedSum(acc, codes, x)
}

// GroupedMomentsByCodeFloat32 is [GroupedMomentsByCode] for float32, in float64.
func GroupedMomentsByCodeFloat32(acc []GroupMoments, codes []uint32, x []float32) error {
	return groupedMomentsByCode(acc, codes, x)
}
