package ops_test

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// A side is one engine of several that take turns, so that all see the machine in the
// same state. The first is what the others are compared with.
type side struct {
	name string
	cfg  engine.Config
}

var (
	goroutines = side{"goroutines", engine.Config{Mode: engine.Goroutines, Workers: 2}}
	alone      = side{"1-worker", engine.Config{Workers: 1}}
	both       = side{"2-workers", engine.Config{Workers: 2}}
)

// A runner is one of those that take turns.
type runner struct {
	name string
	run  func() error
}

// byHand is the same without an engine.
func byHand(run func()) runner {
	return runner{"by-hand", func() error { run(); return nil }}
}

// sideBySide runs f on each side in turn, and what is beside them, and reports medians in
// milliseconds, and how many times as fast as the first the others are.
func sideBySide[T any](b *testing.B, sides []side, setUp func(e *engine.Engine) T, f func(e *engine.Engine, x T) error, beside ...runner) {
	var all []runner
	for _, s := range sides {
		e, err := engine.Start(b.Context(), s.cfg)
		if err != nil {
			b.Fatal(err)
		}
		defer e.Close()
		x := setUp(e)
		all = append(all, runner{s.name, func() error { return f(e, x) }})
	}
	inTurn(b, append(all, beside...))
}

// settle is how long all wait between two runs: workers look for more to do for some
// milliseconds, and would do so on the processors of whoever is next.
const settle = 5 * time.Millisecond

func inTurn(b *testing.B, all []runner) {
	times := make([][]float64, len(all))
	run := func(i int) float64 {
		time.Sleep(settle)
		begin := time.Now()
		if err := all[i].run(); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(begin))
	}
	for i := range all {
		run(i) // the first run is not like the others
	}
	for b.Loop() {
		for i := range all {
			times[i] = append(times[i], run(i))
		}
	}
	report(b, all, times)
}

func report(b *testing.B, all []runner, times [][]float64) {
	b.ReportMetric(0, "ns/op")
	for i, s := range all {
		b.ReportMetric(median(times[i])/1e6, s.name+"-ms")
		if i == 0 {
			continue
		}
		ratios := make([]float64, len(times[i]))
		for k, t := range times[i] {
			ratios[k] = times[0][k] / t
		}
		b.ReportMetric(median(ratios), fmt.Sprintf("%s-x-%s", s.name, all[0].name))
	}
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// columnOf copies numbers into engines' arenas.
func columnOf(b *testing.B, data []float64) func(e *engine.Engine) shmarena.Array[float64] {
	return func(e *engine.Engine) shmarena.Array[float64] {
		x, err := shmarena.CopyIn(e.Arena(), data)
		if err != nil {
			b.Fatal(err)
		}
		return x
	}
}

// BenchmarkSum is 1 GiB.
func BenchmarkSum(b *testing.B) {
	sideBySide(b, []side{goroutines, both}, columnOf(b, random(128<<20, 1)), func(e *engine.Engine, x shmarena.Array[float64]) error {
		_, err := ops.Sum(b.Context(), e, x)
		return err
	})
}

// BenchmarkSort is 10 M elements.
func BenchmarkSort(b *testing.B) {
	sideBySide(b, []side{alone, both, goroutines}, columnOf(b, random(10_000_000, 1)), func(e *engine.Engine, x shmarena.Array[float64]) error {
		out, err := ops.Sort(b.Context(), e, x)
		if err != nil {
			return err
		}
		return out.Free()
	})
}

// BenchmarkSortKernel is kernels.Sort of a copy, for comparison.
func BenchmarkSortKernel(b *testing.B) {
	data, out := random(10_000_000, 1), make([]float64, 10_000_000)
	for b.Loop() {
		copy(out, data)
		kernels.Sort(out)
	}
}

// BenchmarkMatMul is two square matrices. Beside the engine, two goroutines multiply half
// each, into memory that is there.
func BenchmarkMatMul(b *testing.B) {
	type factors [2]shmarena.View[float64]
	for _, n := range []int{512, 1024, 2048} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			setUp := func(e *engine.Engine) (f factors) {
				for i := range f {
					v, err := shmarena.AllocView[float64](e.Arena(), n, n)
					if err != nil {
						b.Fatal(err)
					}
					copy(v.Span(), random(n*n, uint64(i)))
					f[i] = v
				}
				return f
			}
			x, y, z := random(n*n, 0), random(n*n, 1), make([]float64, n*n)
			sideBySide(b, []side{alone, both, goroutines}, setUp, func(e *engine.Engine, f factors) error {
				c, err := ops.MatMul(b.Context(), e, f[0], f[1])
				if err != nil {
					return err
				}
				return c.Array().Free()
			}, byHand(func() { multiplyHalves(n, z, x, y) }))
		})
	}
}

func multiplyHalves(n int, z, x, y []float64) {
	var wg sync.WaitGroup
	for half := range 2 {
		rows := func(x []float64) kernels.Matrix {
			return kernels.Matrix{Data: x, Rows: n, Cols: n, Stride: n}.Part(half*n/2, 0, n/2, n)
		}
		wg.Go(func() { kernels.Gemm(rows(z), 1, rows(x), kernels.Matrix{Data: y, Rows: n, Cols: n, Stride: n}, 0) })
	}
	wg.Wait()
}
