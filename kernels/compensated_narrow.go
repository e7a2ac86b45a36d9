package kernels

// SumCompensatedFloat32 is [SumCompensated] for float32: what that gives for the
// same numbers as float64, to the bit. [SumFloat32] has the digits of float64 as
// well, and is faster; this one is for sums that cancel.
func SumCompensatedFloat32(x []float32) float64 {
	var acc compensated
	var buffer [widened]float64
	for len(x) > 0 {
		giveWay(len(x))
		n := min(len(x), widened)
		widenFloat32(buffer[:n], x[:n])
		compensateBlock(&acc, buffer[:n])
		x = x[n:]
	}
	return acc.sum()
}
