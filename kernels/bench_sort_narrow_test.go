package kernels

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkSortNarrow has what the standard library sorts beside each order.
func BenchmarkSortNarrow(b *testing.B) {
	for _, n := range []int{1000, 100_000, 10_000_000} {
		x, work := make([]int32, n), make([]int32, n)
		r := rand.New(rand.NewPCG(5, 7))
		for i, f := range floats32Of(x) {
			f = float32(r.NormFloat64())
			floats32Of(x)[i] = f
		}
		run := func(name string, sort func(x []int32)) {
			b.Run(fmt.Sprintf("n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					b.StopTimer()
					copy(work, x)
					b.StartTimer()
					sort(work)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
		}
		for l := best(); l > levelGo; l-- {
			use(b, l)
			for _, o := range allDwordSorts {
				run(l.String()+"/"+o.name, o.sort)
			}
			run(l.String()+"/float32 first 100", func(x []int32) { PartialSortFloat32(floats32Of(x), 100) })
			run(l.String()+"/int32 top 100", func(x []int32) { TopKInt32(x, 100) })
		}
		run("slices.Sort/int32", slices.Sort[[]int32])
		run("slices.Sort/float32", func(x []int32) { slices.Sort(floats32Of(x)) })
	}
}

// BenchmarkArgSortNarrow has the sort of pairs beside it that a program would write.
func BenchmarkArgSortNarrow(b *testing.B) {
	type pair struct {
		key float32
		at  int64
	}
	for _, n := range []int{1000, 100_000, 10_000_000} {
		x, idx, pairs := make([]float32, n), make([]int64, n), make([]pair, n)
		r := rand.New(rand.NewPCG(5, 8))
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		run := func(name string, sort func()) {
			b.Run(fmt.Sprintf("n=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					sort()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/elem")
			})
		}
		for l := range best() + 1 {
			use(b, l)
			run(l.String(), func() { ArgSortFloat32(idx, x) })
		}
		run("slices", func() {
			for i, v := range x {
				pairs[i] = pair{v, int64(i)}
			}
			slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
		})
	}
}
