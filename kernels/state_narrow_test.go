package kernels

import (
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

func TestNarrowNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = narrow1 + 1000
	in := newPool(func(n int) []byte { return make([]byte, n) }, n).at(0, n)
	in.fill(rand.New(rand.NewPCG(1, 1)))
	ints, bins, zeros := testBins(), mustBins(t, 980, 1020, 5), make([]int64, n)
	cells, counts := make([]int64, ints.Cells()), make([]int64, 5)
	acc, all := make([]GroupMoments, testGroups), make([]GroupMoments, maxGroups)
	f, g, i, j, out, outs := in.f32, in.g32, in.i32, in.j32, in.outF32, in.outI32
	onEachLevel(t, func(t *testing.T) {
		for name, run := range map[string]func(){
			"sums":          func() { SumFloat32(f); DotFloat32(f, g); SumInt32(i); DotInt32(i, j); DotInt64(in.x, in.y) },
			"extremes":      func() { MinMaxFloat32(f); MinMaxInt32(i); ArgMinFloat32(f); ArgMaxInt32(j) },
			"moments":       func() { MomentsFloat32(f); MomentsInt32(i); MomentsInt64(in.x); Norm1Float32(f) },
			"Count":         func() { CountFloat32(f, Less, 1); CountInt32(i, LessEqual, 1) },
			"Compare":       func() { CompareFloat32(in.bits, f, Less, 1); CompareInt32(in.bits, i, LessEqual, 1) },
			"Filter":        func() { FilterFloat32(out, f, in.bits, 0); FilterInt32(outs, i, in.bits, 0) },
			"FilterCompare": func() { FilterCompareFloat32(out, f, Less, 1); FilterCompareInt32(outs, i, NotEqual, 1) },
			"Take":          func() { TakeFloat32(out, f, zeros); TakeInt32(outs, i, zeros) },
			"PrefixSum":     func() { PrefixSumFloat32(out, f, 0); PrefixSumExclusiveInt32(outs, i, 0) },
			"float32 maps":  func() { AddFloat32(out, f, g); FMAFloat32(out, f, g, f); AxpyFloat32(out, 2, f, g) },
			"integer maps":  func() { MulInt32(outs, i, j); AbsInt32(outs, i); AxpyInt64(in.outs, 2, in.x, in.y) },
			"Exp":           func() { ExpFloat32(out, f); LogFloat32(out, f); ScaleInt64(in.outs, 2, in.x) },
			"co-moments":    func() { CoMomentsFloat32(f, g); CoMomentsInt32(i, j); SumCompensatedFloat32(f) },
			"groups": func() {
				mustNot(GroupedMomentsFloat32(acc, in.codes, f))
				mustNot(GroupedMomentsInt32(all, in.codes, i))
			},
			"Histogram": func() { HistogramFloat32(counts, f, bins); HistogramInt32(cells, i, ints) },
		} {
			if allocs := testing.AllocsPerRun(5, run); allocs != 0 {
				t.Errorf("%s allocates %v times", name, allocs)
			}
		}
	})
}

func mustNot(err error) {
	if err != nil {
		panic(err)
	}
}

func FuzzCoMomentsNarrow(f *testing.F) {
	fuzzCase(f, "CoMomentsFloat32", "CoMomentsInt32", "GroupedMomentsFloat32", "GroupedMomentsInt32", "SumCompensatedFloat32")
}

func FuzzSumFloat32(f *testing.F)      { fuzzCase(f, "SumFloat32", "NormsFloat32", "MomentsFloat32") }
func FuzzSumInt32(f *testing.F)        { fuzzCase(f, "SumInt32", "MomentsInt32", "MomentsInt64") }
func FuzzExtremesFloat32(f *testing.F) { fuzzCase(f, "MinMaxFloat32", "ExtremesFloat32") }
func FuzzExtremesInt32(f *testing.F)   { fuzzCase(f, "MinMaxInt32", "ExtremesInt32") }
func FuzzArithFloat32(f *testing.F)    { fuzzCase(f, "ArithFloat32") }
func FuzzArithInt32(f *testing.F)      { fuzzCase(f, "ArithInt32", "ArithWhole") }
func FuzzCompareFloat32(f *testing.F)  { fuzzCase(f, "CompareFloat32", "FilterFloat32") }
func FuzzCompareInt32(f *testing.F)    { fuzzCase(f, "CompareInt32", "FilterInt32", "TakeNarrow") }
func FuzzPrefixSumNarrow(f *testing.F) { fuzzCase(f, "PrefixSumFloat32", "PrefixSumInt32") }
func FuzzHistogramNarrow(f *testing.F) { fuzzCase(f, "HistogramFloat32", "HistogramInt32") }
func FuzzExpLogFloat32(f *testing.F)   { fuzzCase(f, "ExpLogFloat32") }

// Columns on the caller's stack stay there.
func TestCoMomentsLeaveColumnsOnTheStack(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		allocs := testing.AllocsPerRun(5, func() {
			var a [100]float64
			var b [100]float32
			var c [100]int32
			a[1], b[1], c[1] = 1, 1, 1
			n := CoMomentsOf(a[:], a[:]).N + CoMomentsFloat32(b[:], b[:]).N + CoMomentsInt32(c[:], c[:]).N
			if n != 300 {
				t.Errorf("%d pairs, want 300", n)
			}
		})
		if allocs != 0 {
			t.Errorf("co-moments allocate %v times", allocs)
		}
	})
}
