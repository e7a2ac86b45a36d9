// Package kernels holds the inner loops of the engine: pure functions on
// slices, with AVX-512, AVX2 and plain-Go bodies.
package kernels
