package kernels

import "math"

// fma32 returns a*b + c, rounded once. The product is exact in float64 and the sum
// is rounded to odd there (Boldo and Melquiond, Emulation of FMA and Correctly
// Rounded Sums, 2008): float64 has more than two bits more than float32, so that
// rounding again gives what rounding once would.
func fma32(a, b, c float32) float32 {
	p, z := float64(a)*float64(b), float64(c)
	s := p + z
	part := s - p
	lost := (p - (s - part)) + (z - part) // exact: s + lost is the sum
	bits := math.Float64bits(s)
	switch {
	case !(lost < 0 || lost > 0) || bits&1 == 1: // nothing, or s is no finite number
	case lost > 0 == (s > 0):
		bits++
	default:
		bits--
	}
	return float32(math.Float64frombits(bits))
}
