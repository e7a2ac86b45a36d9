//go:build openblas

package main

// #cgo pkg-config: openblas
// #include <cblas.h>
import "C"

func init() {
	const name = "openblas"
	C.openblas_set_num_threads(1)
	at := func(x []float64) *C.double { return (*C.double)(&x[0]) }
	dots[name] = func(in *input) work {
		return number(func() float64 { return float64(C.cblas_ddot(C.int(len(in.x)), at(in.x), 1, at(in.y), 1)) })
	}
	gemms[name] = func(in *input) work {
		n := C.int(in.n)
		return in.into(len(in.x), func() {
			C.cblas_dgemm(C.CblasRowMajor, C.CblasNoTrans, C.CblasNoTrans, n, n, n, 1, at(in.x), n, at(in.y), n, 0, at(in.dst), n)
		})
	}
}
