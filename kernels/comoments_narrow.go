package kernels

// CoMomentsFloat32 returns the moments of pairs in float64: what [CoMomentsOf]
// gives for the same numbers as float64, to the bit on one level.
//
// Preconditions: len(x) == len(y); else it panics.
func CoMomentsFloat32(x, y []float32) CoMoments { return coMoments(x, y) }

// CoMomentsInt32 is [CoMomentsFloat32] for int32.
func CoMomentsInt32(x, y []int32) CoMoments { return coMoments(x, y) }
