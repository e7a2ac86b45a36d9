package kernels

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func mustBins(tb testing.TB, lo, hi float64, n int) Bins {
	tb.Helper()
	b, err := NewBins(lo, hi, n)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func mustBinsInt64(tb testing.TB, lo, width int64, n int) BinsInt64 {
	tb.Helper()
	b, err := NewBinsInt64(lo, width, n)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestHistogramEdges(t *testing.T) {
	b := mustBins(t, 0, 4, 4)
	x := []float64{math.Nextafter(0, -1), 0, math.Copysign(0, -1), 0.5, 1, math.Nextafter(2, 0), 2, 3, 4, math.Nextafter(4, 5),
		math.NaN(), math.Inf(1), math.Inf(-1)}
	counts := make([]int64, 4)
	out := Histogram(counts, x, b)
	if want := []int64{3, 2, 1, 2}; !slices.Equal(counts, want) {
		t.Errorf("counts are %v, want %v", counts, want)
	}
	if want := (Outside{Below: 2, Above: 2, NaN: 1}); out != want {
		t.Errorf("outside are %+v, want %+v", out, want)
	}
	if twice := out.Merge(out); twice != (Outside{4, 4, 2}) {
		t.Errorf("merged: %+v", twice)
	}
}

// awkwardBins have widths and places that float64 does not have exactly, or
// barely resolves.
func awkwardBins(t *testing.T) []Bins {
	return []Bins{
		mustBins(t, 0, 1, 10), mustBins(t, 0.1, 0.7, 6), mustBins(t, -1e9, 1e-3, 997), mustBins(t, 1e15, 1e15+7, 7),
		mustBins(t, 1e16, 1e16+9, 3), mustBins(t, -math.Pi, math.Pi, 360), mustBins(t, 1e-300, 3e-300, 3), mustBins(t, -1e308, 7e307, 11),
	}
}

// Every edge, and its neighbours, are where Edge says.
func TestHistogramAgreesWithItsEdges(t *testing.T) {
	for _, b := range awkwardBins(t) {
		for _, v := range aroundEdges(b) {
			want := slices.IndexFunc(edges(b)[1:], func(end float64) bool { return v < end })
			if v == b.Edge(b.Len()) {
				want = b.Len() - 1
			}
			counts := make([]int64, b.Len())
			out := Histogram(counts, []float64{v}, b)
			if inside := v >= b.Edge(0) && v <= b.Edge(b.Len()); inside && counts[want] != 1 || inside == (out != Outside{}) {
				t.Errorf("%v among %v: %v %+v", v, edges(b), counts, out)
			}
		}
	}
}

// The vector bodies, which only long inputs reach, agree with the twin.
func TestLongHistogramsAgreeWithTheTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, b := range awkwardBins(t) {
		x := append(aroundEdges(b), math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.MaxFloat64, -math.MaxFloat64)
		for len(x) < 5*binBlock+77 {
			x = append(x, x[r.IntN(len(x))], b.Edge(0)+r.Float64()*(b.Edge(b.Len())-b.Edge(0)))
		}
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		want := make([]int64, b.Len())
		wantOut := histogramFloatPlain(want, x, &b)
		onEachLevel(t, func(t *testing.T) {
			got := make([]int64, b.Len())
			if out := Histogram(got, x, b); out != wantOut || !slices.Equal(got, want) {
				t.Errorf("%d bins from %v to %v:\ngot  %v %+v\nwant %v %+v", b.Len(), b.lo, b.hi, got, out, want, wantOut)
			}
		})
	}
}

// aroundEdges are the edges and their neighbours.
func aroundEdges(b Bins) (x []float64) {
	for _, e := range edges(b) {
		x = append(x, math.Nextafter(e, math.Inf(-1)), e, math.Nextafter(e, math.Inf(1)))
	}
	return x
}

func edges(b Bins) (e []float64) {
	for i := range b.Len() + 1 {
		e = append(e, b.Edge(i))
	}
	return e
}

func TestBinsAreRefused(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		lo, hi float64
		n      int
	}{
		{0, 1, 0}, {0, 1, -1}, {1, 1, 1}, {2, 1, 1}, {nan, 1, 1}, {0, nan, 1}, {0, inf, 1}, {-inf, 0, 1}, {-1e308, 1e308, 1},
		{1e16, 1e16 + 8, 100}, {0, 5e-324, 1},
	} {
		if _, err := NewBins(c.lo, c.hi, c.n); !errors.Is(err, ErrBins) {
			t.Errorf("NewBins(%v, %v, %v): %v", c.lo, c.hi, c.n, err)
		}
	}
	for _, c := range [][3]int64{{0, 0, 1}, {0, -1, 1}, {0, 1, 0}, {0, 1, -1}, {math.MaxInt64, 1, 1}, {0, math.MaxInt64, 2}, {0, 1, 1 << 40}} {
		if _, err := NewBinsInt64(c[0], c[1], int(c[2])); !errors.Is(err, ErrBins) {
			t.Errorf("NewBinsInt64(%v): %v", c, err)
		}
	}
	whole := mustBinsInt64(t, math.MinInt64, math.MaxInt64, 2)
	cells := make([]int64, whole.Cells())
	HistogramInt64(cells, []int64{math.MinInt64, -2, -1, 0, math.MaxInt64 - 1, math.MaxInt64}, whole)
	if want := []int64{0, 2, 2, 2}; !slices.Equal(cells, want) {
		t.Errorf("bins over all of int64 count %v, want %v", cells, want)
	}
}

// Bins of all sizes and places, values at their edges, enough rows for the
// vector bodies, and a rest.
func TestIntegerHistogramsAgreeWithTheTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	const n, groups = 3*binBlock + 77, 20
	for _, b := range []BinsInt64{
		mustBinsInt64(t, -120, 15, 34), mustBinsInt64(t, 0, 1, 1), mustBinsInt64(t, -1<<40, 1<<36+1, 25), mustBinsInt64(t, 1<<49-100, 10, 10),
		mustBinsInt64(t, 1<<49-100, 10, 11), mustBinsInt64(t, -1<<49, 3, 20), mustBinsInt64(t, -1<<49-1, 3, 20),
		mustBinsInt64(t, -1<<49, 1<<45, 32), mustBinsInt64(t, 0, 7, maxTable), mustBinsInt64(t, math.MinInt64, 1<<60, 14),
	} {
		x, codes := make([]int64, n), make([]uint8, n)
		for i := range x {
			codes[i] = uint8(r.IntN(groups))
			switch i % 8 {
			case 0:
				x[i] = int64(r.Uint64()) >> r.IntN(64)
			default:
				x[i] = b.Edge(r.IntN(b.Len()+1)) - 2 + r.Int64N(5)
			}
		}
		want := make([]int64, groups*b.Cells())
		groupedHistogramInt64Go(want, codes, x, &b)
		onEachLevel(t, func(t *testing.T) {
			got := make([]int64, len(want))
			if err := GroupedHistogramInt64(got, codes, x, b); err != nil || !slices.Equal(got, want) {
				t.Errorf("bins from %d of %d: %v\ngot  %v\nwant %v", b.lo, b.width, err, got, want)
			}
			one, all := make([]int64, b.Cells()), make([]int64, b.Cells())
			HistogramInt64(one, x, b)
			for i, v := range want {
				all[i%b.Cells()] += v
			}
			if !slices.Equal(one, all) {
				t.Errorf("bins from %d of %d without groups:\ngot  %v\nwant %v", b.lo, b.width, one, all)
			}
		})
	}
}
