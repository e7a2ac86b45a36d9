package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// maps are all functions that write an element for each, and what they write.
var maps = []struct {
	name string
	run  func(dst, x, y, z []float64)
	want func(x, y, z float64) float64
}{
	{"Add", func(dst, x, y, _ []float64) { Add(dst, x, y) }, func(x, y, _ float64) float64 { return x + y }},
	{"Sub", func(dst, x, y, _ []float64) { Sub(dst, x, y) }, func(x, y, _ float64) float64 { return x - y }},
	{"Mul", func(dst, x, y, _ []float64) { Mul(dst, x, y) }, func(x, y, _ float64) float64 { return x * y }},
	{"Div", func(dst, x, y, _ []float64) { Div(dst, x, y) }, func(x, y, _ float64) float64 { return x / y }},
	{"FMA", FMA, math.FMA},
	{"Axpy", func(dst, x, y, _ []float64) { Axpy(dst, 3.7, x, y) }, func(x, y, _ float64) float64 { return math.FMA(3.7, x, y) }},
	{"Scale", func(dst, x, _, _ []float64) { Scale(dst, -1.3, x) }, func(x, _, _ float64) float64 { return -1.3 * x }},
	{"Sqrt", func(dst, x, _, _ []float64) { Sqrt(dst, x) }, func(x, _, _ float64) float64 { return math.Sqrt(x) }},
	{"Exp", func(dst, x, _, _ []float64) { Exp(dst, x) }, func(x, _, _ float64) float64 { return exp(x) }},
	{"Log", func(dst, x, _, _ []float64) { Log(dst, x) }, func(x, _, _ float64) float64 { return log(x) }},
	{"Abs", func(dst, x, _, _ []float64) { Abs(dst, x) }, func(x, _, _ float64) float64 { return math.Abs(x) }},
	{"Neg", func(dst, x, _, _ []float64) { Neg(dst, x) }, func(x, _, _ float64) float64 { return -x }},
}

// The documented loop, over each input in turn and beside them, and nothing
// outside the result.
func TestMapsInPlaceAndApart(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 5e-324, -1e-310, math.MaxFloat64}
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 3, 4, 7, 8, 9, 31, 32, 33, 70, block3 + 9} {
			var in [4][]float64
			for i := range in {
				in[i] = make([]float64, n+2) // with a guard at each end
				for j := range in[i] {
					if in[i][j] = r.NormFloat64(); r.IntN(4) == 0 {
						in[i][j] = special[r.IntN(len(special))]
					}
				}
			}
			for dst := range in {
				for _, m := range maps {
					mapped(t, m.name, m.run, m.want, in, dst)
				}
			}
		}
	})
}

func mapped(t *testing.T, name string, run func(dst, x, y, z []float64), want func(x, y, z float64) float64, in [4][]float64, dst int) {
	t.Helper()
	var s [4][]float64
	for i := range in {
		s[i] = slices.Clone(in[i])
	}
	n := len(in[0]) - 2
	run(s[dst][1:1+n], s[0][1:1+n], s[1][1:1+n], s[2][1:1+n])
	for i := range s {
		for j, got := range s[i] {
			w := in[i][j]
			if i == dst && j > 0 && j <= n {
				w = want(in[0][j], in[1][j], in[2][j])
			}
			if math.Float64bits(oneNaN(got)) != math.Float64bits(oneNaN(w)) {
				t.Fatalf("%s of %d into %d: slice %d has %v at %d, want %v", name, n, dst, i, got, j-1, w)
			}
		}
	}
}

// Stores round the caches need a whole vector's alignment: whatever the result
// begins at, it is right, and nothing beside it is written.
func TestStreamedResults(t *testing.T) {
	const n = streamBytes/8 + 5
	memory := testmem.Guarded(t, 8*n+64, testmem.End)
	x := view[float64](testmem.Go(t, 8*n), 0, n)
	for i := range x {
		x[i] = float64(i)
	}
	onEachLevel(t, func(t *testing.T) {
		for _, off := range []int{64, 56, 32, 8, 61, 3} {
			clear(memory)
			dst := view[float64](memory, off, n)
			Neg(dst, x)
			for i, v := range dst {
				if v != -x[i] {
					t.Fatalf("%v at %d of a result at byte %d", v, i, off)
				}
			}
			outside := append(slices.Clone(memory[:off]), memory[off+8*n:]...)
			if slices.ContainsFunc(outside, func(b byte) bool { return b != 0 }) {
				t.Fatalf("something was written beside a result at byte %d", off)
			}
			Add(dst, x, x)
			if dst[n-1] != 2*x[n-1] || dst[0] != 0 || dst[n/2] != 2*x[n/2] {
				t.Fatalf("wrong sums at byte %d", off)
			}
		}
	})
}

func TestOverlapInPartPanics(t *testing.T) {
	f, x := make([]float64, 40), make([]int64, 40)
	for _, m := range maps {
		for _, to := range []int{9, 11, 1, 19} {
			panics(t, m.name, func() { m.run(f[to:to+10], f[10:20], f[10:20], f[10:20]) })
		}
		panics(t, m.name+" of another length", func() { m.run(f[:9], f[10:20], f[20:30], f[30:40]) })
	}
	panics(t, "MulInt64", func() { MulInt64(x[1:9], x[20:28], x[:8]) })
	panics(t, "Sub of another length", func() { Sub(f[:10], f[10:20], f[20:29]) })
	if slices.Max(f) != 0 || slices.Max(x) != 0 {
		t.Error("something was written")
	}
	Add(f[:10], f[10:20], f[10:20]) // side by side is apart
}

// Products of integers whose halves carry into each other wrap as in Go.
func TestProductsWrap(t *testing.T) {
	edge := []int64{math.MinInt64, math.MaxInt64, -1, 0, 1, 1 << 32, 1<<32 - 1, -1 << 31, 0x123456789abcdef}
	var x, y []int64
	for _, a := range edge {
		for _, b := range edge {
			x, y = append(x, a), append(y, b)
		}
	}
	dst := make([]int64, len(x))
	onEachLevel(t, func(t *testing.T) {
		MulInt64(dst, x, y)
		for i, v := range dst {
			if v != x[i]*y[i] {
				t.Errorf("%d * %d is %d, want %d", x[i], y[i], v, x[i]*y[i])
			}
		}
	})
}
