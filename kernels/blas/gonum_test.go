package blas_test

import (
	"testing"

	"github.com/shmengine/shmengine/kernels/blas"
	"gonum.org/v1/gonum/blas/testblas"
)

// Gonum's own tests of BLAS on float64 hold for this implementation.
func TestAsGonumTestsIt(t *testing.T) {
	im := blas.Implementation{}
	for name, test := range map[string]func(t *testing.T){
		"Dasum":  func(t *testing.T) { testblas.DasumTest(t, im) },
		"Daxpy":  func(t *testing.T) { testblas.DaxpyTest(t, im) },
		"Ddot":   func(t *testing.T) { testblas.DdotTest(t, im) },
		"Dnrm2":  func(t *testing.T) { testblas.Dnrm2Test(t, im) },
		"Idamax": func(t *testing.T) { testblas.IdamaxTest(t, im) },
		"Dswap":  func(t *testing.T) { testblas.DswapTest(t, im) },
		"Dcopy":  func(t *testing.T) { testblas.DcopyTest(t, im) },
		"Drotg":  func(t *testing.T) { testblas.DrotgTest(t, im, false) },
		"Drotmg": func(t *testing.T) { testblas.DrotmgTest(t, im) },
		"Drot":   func(t *testing.T) { testblas.DrotTest(t, im) },
		"Drotm":  func(t *testing.T) { testblas.DrotmTest(t, im) },
		"Dscal":  func(t *testing.T) { testblas.DscalTest(t, im) },
		"Dgemv":  func(t *testing.T) { testblas.DgemvTest(t, im) },
		"Dger":   func(t *testing.T) { testblas.DgerTest(t, im) },
		"Dtxmv":  func(t *testing.T) { testblas.DtxmvTest(t, im) },
		"Dsymv":  func(t *testing.T) { testblas.DsymvTest(t, im) },
		"Dtrsv":  func(t *testing.T) { testblas.DtrsvTest(t, im) },
		"Dtrmv":  func(t *testing.T) { testblas.DtrmvTest(t, im) },
		"Dsyr":   func(t *testing.T) { testblas.DsyrTest(t, im) },
		"Dgemm":  func(t *testing.T) { testblas.TestDgemm(t, im) },
		"Dsymm":  func(t *testing.T) { testblas.DsymmTest(t, im) },
		"Dtrsm":  func(t *testing.T) { testblas.DtrsmTest(t, im) },
		"Dsyrk":  func(t *testing.T) { testblas.DsyrkTest(t, im) },
		"Dsyr2k": func(t *testing.T) { testblas.Dsyr2kTest(t, im) },
		"Dtrmm":  func(t *testing.T) { testblas.DtrmmTest(t, im) },
	} {
		t.Run(name, test)
	}
}
