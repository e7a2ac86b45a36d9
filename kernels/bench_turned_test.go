package kernels

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkSortIntegers has what the standard library sorts beside each order.
func BenchmarkSortIntegers(b *testing.B) {
	for _, n := range []int{1000, 100_000, 10_000_000} {
		x, work := orders["random"](rand.New(rand.NewPCG(5, 6)), n), make([]int64, n)
		run := func(name string, sort func(x []int64)) {
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
			run(l.String()+"/int64", SortInt64)
			for _, o := range turnedOrders {
				run(l.String()+"/"+o.name, o.sort)
			}
			run(l.String()+"/float64 descending", func(x []int64) { SortDescending(floatsOf(x)) })
		}
		run("slices.Sort", slices.Sort[[]int64])
		run("slices.SortFunc descending", func(x []int64) { slices.SortFunc(x, func(a, b int64) int { return cmp.Compare(b, a) }) })
	}
}
