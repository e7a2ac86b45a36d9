//go:build openblas

package main

// #cgo pkg-config: openblas
// #include <cblas.h>
import "C"

import (
	"os"
	"syscall"

	"github.com/shmengine/shmengine/kernels"
)

// coreVar is the variable by which OpenBLAS is told what processor it runs on.
const coreVar = "OPENBLAS_CORETYPE"

// fairly starts this program anew if OpenBLAS takes a processor with AVX-512 for one that has
// but SSE3, as it does with those that are newer than itself: told what it is, its product of
// matrices takes a quarter of the time.
func fairly() {
	if core := C.GoString(C.openblas_get_corename()); core == "Prescott" && kernels.Level() == "avx512" && os.Getenv(coreVar) == "" {
		if err := syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), coreVar+"=SkylakeX")); err != nil {
			panic(err)
		}
	}
	notes = append(notes, "OpenBLAS for "+C.GoString(C.openblas_get_corename()))
}

func init() {
	const name = "openblas"
	fairly()
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
