package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// What computes in float64 gives what float64 gives for the same numbers, to the
// bit.
func TestNarrowIsWidened(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 1))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 3, 4, 7, 8, 9, 63, 64, 65, 500, 513, 1024, 4095, block1, block1 + 1, 3*block1 + 77} {
			x, y, i := make([]float32, n), make([]float32, n), make([]int32, n)
			for k := range x {
				x[k], y[k], i[k] = float32(r.NormFloat64())*float32(math.Exp2(float64(r.IntN(9)))), float32(r.NormFloat64()), int32(r.Uint32())>>r.IntN(32)
			}
			f, g, w := asFloat64(x), asFloat64(y), make([]int64, n)
			widenGo(w, i)
			for what, v := range map[string][2]float64{
				"Sum": {SumFloat32(x), Sum(f)}, "Dot": {DotFloat32(x, y), Dot(f, g)}, "Norm1": {Norm1Float32(x), Norm1(f)}, "Norm2": {Norm2Float32(x), Norm2(f)},
				"NormInf": {float64(NormInfFloat32(x)), NormInf(f)}, "PrefixSum": {PrefixSumFloat32(y, x, 0.25), PrefixSum(g, f, 0.25)},
			} {
				if math.Float64bits(v[0]) != math.Float64bits(v[1]) {
					t.Fatalf("%s of %d float32 is %v, of float64 %v", what, n, v[0], v[1])
				}
			}
			for k := range y {
				if y[k] != float32(g[k]) {
					t.Fatalf("prefix sum %d of %d is %v, want %v rounded", k, n, y[k], g[k])
				}
			}
			if m, want := MomentsFloat32(x), MomentsOf(f); m != want {
				t.Fatalf("moments of %d float32 are %+v, of float64 %+v", n, m, want)
			}
			if m, want := MomentsInt32(i), MomentsOf(asFloat64(i)); m != want {
				t.Fatalf("moments of %d int32 are %+v, of float64 %+v", n, m, want)
			}
			narrowHistograms(t, x, f, i, w)
		}
	})
}

func narrowHistograms(t *testing.T, x []float32, f []float64, i []int32, w []int64) {
	t.Helper()
	b, ints := mustBins(t, -1, 2.5, 11), testBins()
	counts, want := make([]int64, b.Len()), make([]int64, b.Len())
	out, wantOut := HistogramFloat32(counts, x, b), Histogram(want, f, b)
	sameCounts(t, append(counts, out.Below, out.Above, out.NaN), append(want, wantOut.Below, wantOut.Above, wantOut.NaN))
	cells, wantCells := make([]int64, ints.Cells()), make([]int64, ints.Cells())
	HistogramInt32(cells, i, ints)
	HistogramInt64(wantCells, w, ints)
	sameCounts(t, cells, wantCells)
}

func sameCounts(t *testing.T, got, want []int64) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("the counts are %v, want %v", got, want)
		}
	}
}

// The sums of halves are at their limits in whole blocks of the smallest and the
// largest numbers.
func TestSumInt32IsExact(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, v := range []int32{math.MinInt32, math.MaxInt32, -1, 1, 0x7fff, 0x8000, -0x8000, 0xffff, -0x10000} {
			for _, n := range []int{0, 1, 15, 16, 17, narrow1 - 1, narrow1, narrow1 + 1, 2*narrow1 + 33} {
				x := make([]int32, n)
				for i := range x {
					x[i] = v
				}
				if s := SumInt32(x); s != int64(n)*int64(v) {
					t.Errorf("the sum of %d times %d is %d", n, v, s)
				}
				if s := DotInt32(x, x); s != int64(n)*int64(v)*int64(v) {
					t.Errorf("the dot of %d times %d is %d", n, v, s)
				}
			}
		}
	})
}

// fma32 is the exact sum, rounded once: also where the sum of the product in
// float64 lies half-way between two float32.
func TestFMA32RoundsOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 2))
	check := func(a, b, c float32) {
		exactSum := exact(float64(a))
		exactSum.Mul(exactSum, exact(float64(b)))
		exactSum.Add(exactSum, exact(float64(c)))
		want, _ := exactSum.Float32()
		if got := fma32(a, b, c); got != want {
			t.Fatalf("fma of %x, %x, %x is %x, want %x", a, b, c, got, want)
		}
	}
	halfWay, tiny := float32(1+0x1p-12), float32(0x1p-120)
	for _, c := range []float32{tiny, -tiny, 0, 0x1p-149, -0x1p-149} {
		check(halfWay, halfWay, c)
		check(halfWay, -halfWay, c)
		check(0x1p-75, 0x1p-75, c)
		check(0x1p-75, 0x1.8p-75, c)
	}
	// The sum in float64 is odd, next to half-way, and what it lost points there.
	check(halfWay, halfWay, 0x1.fffffep-53)
	check(halfWay, -halfWay, -0x1.fffffep-53)
	check(halfWay, halfWay, -0x1.fffffep-53)
	rounds := 200_000
	if race.Enabled {
		rounds = 20_000
	}
	for range rounds {
		a, b := float32(r.NormFloat64()), float32(r.NormFloat64())
		check(a, b, -a*b*float32(1+r.NormFloat64()*math.Exp2(-float64(r.IntN(40))))) // of all degrees of cancelling
		check(a*0x1p-70, b*0x1p-70, float32(r.NormFloat64())*0x1p-145)
	}
	nan, inf := nan32(), float32(math.Inf(1))
	for _, c := range [][4]float32{{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {nan, 1, 1, nan}, {inf, -1, 1, -inf}, {1e38, 1e38, -inf, -inf}, {1e38, 10, -1, inf}} {
		if got := fma32(c[0], c[1], c[2]); !sameNumber(float64(got), float64(c[3])) {
			t.Errorf("fma of %v, %v, %v is %v, want %v", c[0], c[1], c[2], got, c[3])
		}
	}
}

// Variances of large integers, and of blocks that spread too far for vectors.
func TestMomentsInt64OfLargeNumbers(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, base := range []int64{0, 1e9, -1e9, 1e15, 1 << 61, math.MaxInt64 - 16, math.MinInt64} {
			m := MomentsInt64([]int64{base + 4, base + 7, base + 13, base + 16})
			closeTo(t, "M2", m.M2, 90, 0)
			closeTo(t, "mean", m.Mean, float64(base)+10, math.Abs(float64(base))*2*u)
		}
		x := []int64{0, math.MaxInt64, -1, math.MinInt64, 1, math.MinInt64, math.MaxInt64}
		for n := range x {
			want := exactCo(asFloats(x[n:]), asFloats(x[n:]))
			closeTo(t, "M2", MomentsInt64(x[n:]).M2, want.M2X, 1e-13*want.M2X)
		}
		far := make([]int64, block1+5)
		for i := range far {
			far[i] = int64(i%7) << 58
		}
		want := exactCo(asFloats(far), asFloats(far))
		closeTo(t, "M2 of a wide block", MomentsInt64(far).M2, want.M2X, 1e-12*want.M2X)
	})
}

// Stores round the caches, whatever the result begins at.
func TestStreamedNarrowResults(t *testing.T) {
	const n = streamBytes/4 + 21
	memory := testmem.Guarded(t, 4*n+64, testmem.End)
	x := view[float32](testmem.Go(t, 4*n), 0, n)
	for i := range x {
		x[i] = float32(i)
	}
	onEachLevel(t, func(t *testing.T) {
		for _, off := range []int{64, 60, 36, 3} {
			clear(memory)
			dst := view[float32](memory, off, n)
			NegFloat32(dst, x)
			for i, v := range dst {
				if v != -x[i] {
					t.Fatalf("%v at %d of a result at byte %d", v, i, off)
				}
			}
			for i, v := range memory[:off] {
				if v != 0 || off+4*n+i < len(memory) && memory[off+4*n+i] != 0 {
					t.Fatalf("something was written beside a result at byte %d", off)
				}
			}
			if off == 36 {
				LogFloat32(dst, x)
				for i, v := range dst {
					if w := log32(x[i]); v != w {
						t.Fatalf("the logarithm of %v is %v, want %v", x[i], v, w)
					}
				}
			}
		}
	})
}
