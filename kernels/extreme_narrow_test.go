package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// Few different values in pieces, blocks and tails: the first of the extremes is
// found, and a NaN before them.
func TestFirstOfEqualNarrowExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(74, 1))
	for _, n := range []int{1, 7, 8, 9, 16, 17, 63, 65, 300, pieceSize, pieceSize + 1, 3*pieceSize + 9, narrow1, narrow1 + 1, narrow1 + pieceSize + 5} {
		for _, rare := range []int{2, 50, n} {
			x, y := make([]float32, n), make([]int32, n)
			for i := range x {
				if v := r.IntN(rare + 1); v < 2 {
					x[i], y[i] = float32(2*v-1), int32(2*v-1)
				}
			}
			onEachLevel(t, func(t *testing.T) { narrowArgsAre(t, x, y) })
			x[r.IntN(n)], x[r.IntN(n)] = nan32(), nan32()
			onEachLevel(t, func(t *testing.T) { narrowArgsAre(t, x, y) })
		}
	}
}

func narrowArgsAre(t *testing.T, x []float32, y []int32) {
	t.Helper()
	f := asFloat64(x)
	got := []int{ArgMinFloat32(x), ArgMaxFloat32(x), ArgMinInt32(y), ArgMaxInt32(y)}
	want := []int{loopArg(f, func(a, b float64) bool { return a < b }), loopArg(f, func(a, b float64) bool { return a > b }),
		slices.Index(y, slices.Min(y)), slices.Index(y, slices.Max(y))}
	if !slices.Equal(got, want) {
		t.Errorf("%d elements: extremes at %v, want %v", len(x), got, want)
	}
}

// What is as good as nothing: the numbers that searches begin with, and none.
func TestWorstPossibleNarrowElements(t *testing.T) {
	inf := float32(math.Inf(1))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 9, pieceSize + 3, narrow1 + 5} {
			x, y := slices.Repeat([]float32{inf}, n), slices.Repeat([]int32{math.MaxInt32}, n)
			if lo, ok := MinFloat32(x); lo != inf || !ok || ArgMinFloat32(x) != 0 || ArgMinInt32(y) != 0 {
				t.Errorf("least of %d: %v, %v", n, lo, ok)
			}
			NegFloat32(x, x)
			for i := range y {
				y[i] = math.MinInt32
			}
			if hi, ok := MaxFloat32(x); hi != -inf || !ok || ArgMaxFloat32(x) != 0 || ArgMaxInt32(y) != 0 {
				t.Errorf("greatest of %d: %v, %v", n, hi, ok)
			}
		}
		if v, ok := NanMinFloat32(nil); ok || v == v {
			t.Errorf("nothing has the minimum %v", v)
		}
		if v, ok := MaxFloat32(nil); ok || v == v {
			t.Errorf("nothing has the maximum %v", v)
		}
		if _, ok := MinInt32(nil); ok || ArgMinInt32(nil) != -1 || ArgMaxFloat32(nil) != -1 || NormInfFloat32(nil) != 0 {
			t.Error("nothing has an extreme")
		}
	})
}

// NaN in each place but one or none: the number is found, or its absence.
func TestNarrowNumbersAmongNaN(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 5, 8, 17, 64, 129, pieceSize + 70} {
			x := slices.Repeat([]float32{nan32()}, n)
			for _, f := range []func([]float32) (float32, bool){NanMinFloat32, NanMaxFloat32} {
				if v, ok := f(x); ok || v == v {
					t.Fatalf("%d NaN have the extreme %v", n, v)
				}
			}
			for _, want := range []float32{3, float32(math.Inf(1)), float32(math.Inf(-1))} {
				for at := 0; at < n; at += 1 + n/50 {
					x[at] = want
					lo, okLo := NanMinFloat32(x)
					hi, okHi := NanMaxFloat32(x)
					if lo != want || hi != want || !okLo || !okHi {
						t.Fatalf("%v at %d of %d: %v, %v", want, at, n, lo, hi)
					}
					x[at] = nan32()
				}
			}
		}
	})
}

// Integers at the ends of their range, in every order.
func TestNarrowIntegersAtTheEdge(t *testing.T) {
	edge := []int32{math.MinInt32, math.MinInt32 + 1, -1, 0, 1, math.MaxInt32 - 1, math.MaxInt32}
	r := rand.New(rand.NewPCG(74, 2))
	onEachLevel(t, func(t *testing.T) {
		for n := 1; n < 200; n++ {
			x := make([]int32, n)
			for i := range x {
				x[i] = edge[r.IntN(len(edge))]
			}
			lo, hi, _ := MinMaxInt32(x)
			least, _ := MinInt32(x)
			greatest, _ := MaxInt32(x)
			if lo != slices.Min(x) || hi != slices.Max(x) || least != lo || greatest != hi {
				t.Fatalf("of %v: %d, %d and %d, %d", x, lo, hi, least, greatest)
			}
		}
	})
}

// A number that is not ordinary in each lane and each place of the tail.
func TestSpecialFloat32Everywhere(t *testing.T) {
	specials := []float32{nan32(), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), 0x1p-149, -0x1p-149, 1e38}
	memory := newPool(func(n int) []byte { return testmem.Go(t, n) }, 300)
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 65, 129, 257} {
			for place := range n {
				in := memory.at(0, n)
				in.fill(rand.New(rand.NewPCG(uint64(n), 3)))
				in.f32[place] = specials[place%len(specials)]
				in.g32[n-1-place] = specials[(place+n)%len(specials)]
				for i := range narrowCases {
					if strings.HasSuffix(narrowCases[i].name, "Float32") {
						sameSpecials(t, &narrowCases[i], in)
					}
				}
			}
		}
	})
}

// Zeros of either sign are +0 where the sign of a result would depend on the level.
func TestSignOfNarrowZeros(t *testing.T) {
	negative := slices.Repeat([]float32{float32(math.Copysign(0, -1))}, 100)
	onEachLevel(t, func(t *testing.T) {
		for n := 1; n < len(negative); n++ {
			x := negative[:n]
			lo, hi, _ := MinMaxFloat32(x)
			least, _ := MinFloat32(x)
			for _, v := range []float64{SumFloat32(x), DotFloat32(x, x), float64(lo), float64(hi), float64(least), float64(NormInfFloat32(x))} {
				if math.Float64bits(v) != 0 {
					t.Fatalf("a result of %d negative zeros is %v with sign %v", n, v, math.Signbit(v))
				}
			}
		}
	})
}
