package engine

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/kernels"
)

var sumFast = NewReducer("bench/sum", 0.0,
	func(_ *Task, part []float64) (float64, error) { return kernels.Sum(part), nil },
	func(a, b float64) float64 { return a + b })

// BenchmarkSum is the sum of 256 MiB by two workers, and by two goroutines of
// our own over the same memory and the same partitions.
func BenchmarkSum(b *testing.B) {
	const n = 32 << 20
	for _, mode := range []Mode{Processes, Goroutines} {
		b.Run(fmt.Sprintf("mode%d", mode), func(b *testing.B) {
			e := start(b, Config{Workers: 2, Mode: mode, ArenaSize: 512 << 20})
			x := share(b, e, make([]float64, n))
			b.SetBytes(8 * n)
			for b.Loop() {
				if _, err := sumFast.Run(b.Context(), e, x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("plain", func(b *testing.B) {
		e := start(b, Config{Workers: 2, Mode: Goroutines, ArenaSize: 512 << 20})
		x := share(b, e, make([]float64, n)).Slice()
		_, parts := partition(n, 2)
		size := (n-1)/parts + 1
		b.SetBytes(8 * n)
		for b.Loop() {
			var next atomic.Int64
			var wg sync.WaitGroup
			sums := make([]float64, parts)
			for range 2 {
				wg.Go(func() {
					for i := int(next.Add(1)) - 1; i < parts; i = int(next.Add(1)) - 1 {
						sums[i] = kernels.Sum(x[i*size : min((i+1)*size, n)])
					}
				})
			}
			wg.Wait()
		}
	})
}

// BenchmarkJob is a job of one leaf: what a job costs besides its work.
func BenchmarkJob(b *testing.B) {
	for _, mode := range []Mode{Processes, Goroutines} {
		b.Run(fmt.Sprintf("mode%d", mode), func(b *testing.B) {
			e := start(b, Config{Workers: 1, Mode: mode})
			x := share(b, e, make([]float64, 8))
			for b.Loop() {
				if _, err := sumFast.Run(b.Context(), e, x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
