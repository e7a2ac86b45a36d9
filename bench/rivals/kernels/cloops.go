//go:build openblas

package main

// #cgo CFLAGS: -O3 -march=native
//
// static void multiply(long n, double *restrict c, const double *restrict a, const double *restrict b) {
//	for (long i = 0; i < n; i++) {
//		for (long j = 0; j < n; j++) c[i * n + j] = 0;
//		for (long p = 0; p < n; p++)
//			for (long j = 0; j < n; j++) c[i * n + j] += a[i * n + p] * b[p * n + j];
//	}
// }
import "C"

func init() {
	gemms["c"] = func(in *input) work {
		at := func(x []float64) *C.double { return (*C.double)(&x[0]) }
		return in.into(len(in.x), func() { C.multiply(C.long(in.n), at(in.dst), at(in.x), at(in.y)) })
	}
}
