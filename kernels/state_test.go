package kernels

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

// Kernels share no state: many at once find what one alone does.
func TestManyAtOnce(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		var wg sync.WaitGroup
		for seed := range uint64(64) {
			wg.Go(func() {
				n := 500 + int(seed)*37
				if race.Enabled {
					n /= 4
				}
				in := newPool(func(n int) []byte { return make([]byte, n) }, n).at(0, n)
				in.fill(rand.New(rand.NewPCG(seed, seed)))
				for i := range kernelCases {
					first, second := kernelCases[i].run(in), kernelCases[i].run(in)
					for j := range first {
						if math.Float64bits(first[j]) != math.Float64bits(second[j]) {
							t.Errorf("%s is %v, then %v", kernelCases[i].name, first[j], second[j])
						}
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = block1 + 1000
	in := newPool(func(n int) []byte { return make([]byte, n) }, n).at(0, n)
	in.fill(rand.New(rand.NewPCG(1, 1)))
	acc, b := make([]GroupMoments, testGroups), testBins()
	zeros, scratch := make([]int64, n), make([]int64, n)
	cells, counts, bins := make([]int64, testGroups*b.Cells()), make([]int64, 5), mustBins(t, 980, 1020, 5)
	onEachLevel(t, func(t *testing.T) {
		for name, f := range map[string]func(){
			"Sum": func() { Sum(in.f) }, "Dot": func() { Dot(in.f, in.g) }, "SumInt64": func() { SumInt64(in.x) },
			"MinMax": func() { MinMax(in.f) }, "MinMaxInt64": func() { MinMaxInt64(in.x) }, "MomentsOf": func() { MomentsOf(in.f) },
			"CoMomentsOf": func() { CoMomentsOf(in.f, in.g) }, "CoMomentsInt64": func() { CoMomentsInt64(in.x, in.y) },
			"HourOfDay": func() { HourOfDay(in.hours, in.y) }, "Histogram": func() { Histogram(counts, in.f, bins) },
			"extremes":              func() { ArgMin(in.f); NanMax(in.f); ArgMaxInt64(in.y) },
			"Count":                 func() { Count(in.f, Less, 1); CountInt64(in.x, LessEqual, 1) },
			"Compare":               func() { Compare(in.bits, in.f, Less, 1); CompareInt64(in.bits, in.x, LessEqual, 1) },
			"Filter":                func() { Filter(in.out, in.f, in.bits, 0); FilterInt64(in.outs, in.x, in.bits, 0) },
			"FilterCompare":         func() { FilterCompare(in.out, in.f, Less, 1); FilterCompareInt64(in.outs, in.x, NotEqual, 1) },
			"Where":                 func() { Where(in.outs, in.bits, 0, n) },
			"Take":                  func() { Take(in.out, in.f, zeros) },
			"Exp":                   func() { Exp(in.out, in.f); Log(in.out, in.f) },
			"SumCompensated":        func() { SumCompensated(in.f); Norm1(in.f); Norm2(in.f) },
			"Sort":                  func() { Sort(in.out); SortInt64(in.outs); ArgSort(in.outs, in.f, scratch) },
			"PrefixSum":             func() { PrefixSum(in.out, in.f, 0); PrefixSumExclusiveInt64(in.outs, in.x, 0) },
			"Add":                   func() { Add(in.out, in.f, in.g); MulInt64(in.outs, in.x, in.y); Scale(in.out, 2, in.f) },
			"FMA":                   func() { FMA(in.out, in.f, in.g, in.f); Axpy(in.out, 2, in.f, in.g) },
			"HistogramInt64":        func() { HistogramInt64(cells[:b.Cells()], in.x, b) },
			"GroupedHistogramInt64": func() { GroupedHistogramInt64(cells, in.codes, in.x, b) },
			"GroupedMoments":        func() { GroupedMoments(acc, in.codes, in.f) },
			"GroupedMomentsInt64":   func() { GroupedMomentsInt64(acc, in.codes, in.x); GroupedMomentsInt64(acc, in.codes, in.y) },
		} {
			if allocs := testing.AllocsPerRun(5, f); allocs != 0 {
				t.Errorf("%s allocates %v times", name, allocs)
			}
		}
	})
}
