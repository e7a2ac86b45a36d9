package kernels

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// parts cuts x at two places, so that parts of no and of one element occur.
func parts(t *rapid.T, x []float64) [3][]float64 {
	a := rapid.IntRange(0, len(x)).Draw(t, "a")
	b := rapid.IntRange(a, len(x)).Draw(t, "b")
	return [3][]float64{x[:a], x[a:b], x[b:]}
}

func drawFloats(t *rapid.T) []float64 {
	return rapid.SliceOf(rapid.Float64Range(-1e6, 1e6)).Draw(t, "x")
}

// near12 compares with an error of 1e-12 of a scale; below the normal numbers products are
// only as exact as the least of them.
func near12(t *rapid.T, what string, got, want, scale float64) {
	if !(math.Abs(got-want) <= 1e-12*max(scale, 0x1p-1022)) {
		t.Fatalf("%s is %v of the parts, %v of the whole", what, got, want)
	}
}

func TestMergedPartsAreTheWhole(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			x := drawFloats(t)
			whole := CoMomentsOf(x, x)
			var merged CoMoments
			var one Moments
			var grouped GroupMoments
			for _, p := range parts(t, x) {
				merged = merged.Merge(CoMomentsOf(p, p))
				one = one.Merge(MomentsOf(p))
				acc := make([]GroupMoments, 1)
				if err := GroupedMoments(acc, make([]uint8, len(p)), p); err != nil {
					t.Fatal(err)
				}
				grouped = grouped.Merge(acc[0])
			}
			for _, m := range []Moments{merged.X(), merged.Y(), one, grouped.Moments()} {
				if m.N != whole.N {
					t.Fatalf("%d values of the parts, %d of the whole", m.N, whole.N)
				}
				near12(t, "mean", m.Mean, whole.MeanX, 1e6)
				near12(t, "M2", m.M2, whole.M2X, whole.M2X)
			}
			near12(t, "CXY", merged.CXY, whole.CXY, whole.M2X)
			if lo, hi, ok := MinMax(x); ok && (grouped.Min != lo || grouped.Max != hi) {
				t.Fatalf("extremes are %v and %v of the parts, %v and %v of the whole", grouped.Min, grouped.Max, lo, hi)
			}
		})
	})
}

func TestGroupedMomentsGoOnFromWhatIsThere(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			x := drawFloats(t)
			acc, at := make([]GroupMoments, 3), 0
			for _, p := range parts(t, x) {
				codes := make([]uint8, len(p))
				for i := range codes {
					codes[i] = uint8((at + i) % 3)
				}
				at += len(p)
				if err := GroupedMoments(acc, codes, p); err != nil {
					t.Fatal(err)
				}
			}
			all := acc[0].Merge(acc[1]).Merge(acc[2])
			whole := MomentsOf(x)
			near12(t, "M2", all.M2, whole.M2, whole.M2)
			near12(t, "mean", all.Mean, whole.Mean, 1e6)
		})
	})
}

func TestVarianceOfFew(t *testing.T) {
	one := Moments{N: 1, Mean: 3}
	if v, ok := one.Variance(0); v != 0 || !ok {
		t.Errorf("population variance of one value: %v, %v", v, ok)
	}
	for _, ddof := range []int64{1, 2, -1} {
		if v, ok := one.Variance(ddof); v != 0 || ok {
			t.Errorf("variance of one value, ddof %d: %v, %v", ddof, v, ok)
		}
	}
}

func TestCorr(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		x := []int64{1, 2, 3, 4, 100}
		up, _ := CoMomentsInt64(x, []int64{-1, 1, 3, 5, 197}).Corr()
		down, _ := CoMomentsInt64(x, []int64{0, -1, -2, -3, -99}).Corr()
		if up != 1 || down != -1 {
			t.Errorf("correlations of lines are %v and %v", up, down)
		}
		if _, ok := CoMomentsInt64(x, make([]int64, 5)).Corr(); ok {
			t.Error("a constant has a correlation")
		}
		if r, ok := CoMomentsOf([]float64{1, math.NaN()}, []float64{1, 2}).Corr(); !ok || r == r {
			t.Errorf("the correlation with a NaN is %v, %v", r, ok)
		}
	})
}
