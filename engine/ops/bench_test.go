package ops_test

import (
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// on runs a benchmark on engines of each kind, all with the same column in their arenas.
func on(b *testing.B, n int, f func(b *testing.B, e *engine.Engine, x shmarena.Array[float64])) {
	data := random(n, 1)
	for _, c := range []engine.Config{{Mode: engine.Goroutines, Workers: 2}, {Workers: 1}, {Workers: 2}} {
		b.Run(fmt.Sprintf("%v/%d", c.Mode, c.Workers), func(b *testing.B) {
			e, err := engine.Start(b.Context(), c)
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			x, err := shmarena.CopyIn(e.Arena(), data)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(8 * n))
			b.ResetTimer()
			f(b, e, x)
		})
	}
}

// BenchmarkSum is 1 GiB.
func BenchmarkSum(b *testing.B) {
	on(b, 128<<20, func(b *testing.B, e *engine.Engine, x shmarena.Array[float64]) {
		for b.Loop() {
			if _, err := ops.Sum(b.Context(), e, x); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSort is 10 M elements; kernel is kernels.Sort of a copy.
func BenchmarkSort(b *testing.B) {
	const n = 10_000_000
	b.Run("kernel", func(b *testing.B) {
		data, out := random(n, 1), make([]float64, n)
		b.SetBytes(8 * n)
		for b.Loop() {
			copy(out, data)
			kernels.Sort(out)
		}
	})
	on(b, n, func(b *testing.B, e *engine.Engine, x shmarena.Array[float64]) {
		for b.Loop() {
			out, err := ops.Sort(b.Context(), e, x)
			if err != nil {
				b.Fatal(err)
			}
			if err := out.Free(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
