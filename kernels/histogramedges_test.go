package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// byEdges is the histogram by nothing but the edges.
func byEdges(x []float64, b Bins) (counts []int64, out Outside) {
	counts = make([]int64, b.Len())
	for _, v := range x {
		switch {
		case v != v:
			out.NaN++
		case v < b.Edge(0):
			out.Below++
		case v > b.Edge(b.Len()):
			out.Above++
		default:
			i := sort.Search(b.Len(), func(i int) bool { return v < b.Edge(i+1) })
			counts[min(i, b.Len()-1)]++
		}
	}
	return counts, out
}

func checkByEdges(t *testing.T, x []float64, b Bins) {
	t.Helper()
	want, wantOut := byEdges(x, b)
	onEachLevel(t, func(t *testing.T) {
		got := make([]int64, b.Len())
		if out := Histogram(got, x, b); out != wantOut || !slices.Equal(got, want) {
			t.Errorf("%d elements in %d bins from %v to %v:\ngot  %v %+v\nwant %v %+v", len(x), b.Len(), b.lo, b.hi, got, out, want, wantOut)
		}
	})
}

// Elements that are some steps of float64 from an edge: where estimates must
// not be trusted, and, in the wider bins, where they begin to be.
func TestHistogramStepsFromEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 1))
	all := awkwardBins(t)
	for range 50 {
		lo := math.Ldexp(r.Float64()-0.5, r.IntN(60))
		all = append(all, mustBins(t, lo, lo+math.Ldexp(1+r.Float64(), 20+r.IntN(20)), 1+r.IntN(60)))
	}
	for _, b := range all {
		var x []float64
		for _, e := range edges(b) {
			x = append(x, e)
			up, down := e, e
			for range 12 {
				up, down = math.Nextafter(up, math.Inf(1)), math.Nextafter(down, math.Inf(-1))
				x = append(x, up, down)
			}
		}
		for len(x) < binFew+b.Len()/2 {
			x = append(x, x...)
		}
		checkByEdges(t, x, b)
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		checkByEdges(t, x, b)
	}
}

// Each size of the table, at its limits, and each length around what a group
// and a vector take; some elements are outside, some are NaN.
func TestHistogramSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 2))
	for _, cells := range []int{4, fewCells - 1, fewCells, fewCells + 1, someCells - 1, someCells, someCells + 1, maxTable - 1, maxTable, maxTable + 1} {
		b := mustBins(t, -1, 3, cells-3)
		least := binFew + b.Len()/2
		for _, n := range []int{0, 1, least - 1, least, least + 1, least + 7, least + 8, least + 31, least + 32, 3000, block1 + 41} {
			x := make([]float64, n)
			for i := range x {
				x[i] = 5*r.Float64() - 1.5
				if r.IntN(50) == 0 {
					x[i] = math.NaN()
				}
			}
			checkByEdges(t, x, b)
		}
	}
}

// What is counted is added to what was there.
func TestHistogramAdds(t *testing.T) {
	b, x := mustBins(t, 0, 1, 10), make([]float64, 1000)
	want := []int64{math.MaxInt32 + 1000, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	onEachLevel(t, func(t *testing.T) {
		counts := []int64{math.MaxInt32, 2, 3, 4, 5, 6, 7, 8, 9, 10}
		if out := Histogram(counts, x, b); !slices.Equal(counts, want) || out != (Outside{}) {
			t.Errorf("%v %+v", counts, out)
		}
	})
}
