package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Beside gonum's, which uses as many threads as there are: run with -cpu 1.
func BenchmarkGemm(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{4, 8, 16, 32, 48, 64, 100, 128, 256, 1024, 2048} {
		x, y, z := random(r, n, n, false), random(r, n, n, false), random(r, n, n, false)
		x.Stride, y.Stride, z.Stride = n, n, n // as gonum has them
		flops := func(b *testing.B, f func()) {
			b.ReportAllocs()
			f()
			for b.Loop() {
				f()
			}
			b.ReportMetric(2*float64(n*n)*float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GF/s")
		}
		for l := range best() + 1 {
			b.Run(fmt.Sprintf("n=%d/%s", n, l), func(b *testing.B) {
				use(b, l)
				flops(b, func() { Gemm(z, 1, x, y, 0) })
			})
		}
		b.Run(fmt.Sprintf("n=%d/gonum", n), func(b *testing.B) {
			flops(b, func() {
				gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, x.Data, n, y.Data, n, 0, z.Data, n)
			})
		})
	}
}

func BenchmarkGemv(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{64, 256, 2048} {
		a, x, y := random(r, n, n, false), make([]float64, n), make([]float64, n)
		a.Stride = n
		for way, m := range map[string]Matrix{"rows": a, "columns": a.T()} {
			for l := range best() + 1 {
				b.Run(fmt.Sprintf("n=%d/%s/%s", n, way, l), func(b *testing.B) {
					use(b, l)
					b.SetBytes(8 * int64(n) * int64(n))
					for b.Loop() {
						Gemv(y, 1, m, x, 0)
					}
				})
			}
			t := map[string]blas.Transpose{"rows": blas.NoTrans, "columns": blas.Trans}[way]
			b.Run(fmt.Sprintf("n=%d/%s/gonum", n, way), func(b *testing.B) {
				b.SetBytes(8 * int64(n) * int64(n))
				for b.Loop() {
					gonum.Implementation{}.Dgemv(t, n, n, 1, a.Data, n, x, 1, 0, y, 1)
				}
			})
		}
	}
}
