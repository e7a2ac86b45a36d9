package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// exactSum returns the sum of x, rounded once.
func exactSum(x []float64) float64 {
	sum := new(big.Float).SetPrec(2300)
	for _, v := range x {
		sum.Add(sum, new(big.Float).SetFloat64(v))
	}
	f, _ := sum.Float64()
	return f
}

// Sums that a loop gets wrong altogether.
func TestSumCompensatedKeepsWhatCancels(t *testing.T) {
	fifths := make([]float64, 0, 200001)
	for k := -100000.0; k <= 100000; k++ {
		fifths = append(fifths, k*0.2)
	}
	onEachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			x    []float64
			want float64
		}{
			{nil, 0}, {[]float64{0x1p53, 1, 1, 0}, 0x1p53 + 2}, {[]float64{1, 1e100, 1, -1e100}, 2}, {fifths, 0},
			{[]float64{math.MaxFloat64, 1, -math.MaxFloat64}, 1}, {[]float64{5e-324, 5e-324}, 1e-323},
		} {
			for _, at := range []int{0, 1, 2, 7, 8, 13, 15, 16, 39} { // in many lanes, and in the tail
				x := append(make([]float64, at), c.x...)
				if got := SumCompensated(x); got != c.want {
					t.Fatalf("the sum of %d zeros and %v is %v, want %v", at, c.x[:min(4, len(c.x))], got, c.want)
				}
			}
		}
	})
}

func TestSumCompensatedErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 1))
	onEachLevel(t, func(t *testing.T) {
		for range 300 {
			x := make([]float64, r.IntN(400))
			size := 0.0
			for i := range x {
				x[i] = r.NormFloat64() * math.Pow(2, float64(r.IntN(100)))
				if i > 0 && r.IntN(3) > 0 {
					x[i] = -x[r.IntN(i)] // so that much cancels
				}
				size += math.Abs(x[i])
			}
			n, want := float64(len(x)), exactSum(x)
			closeTo(t, "a compensated sum", SumCompensated(x), want, u*math.Abs(want)+n*n*u*u*size)
		}
	})
}

func TestSumCompensatedOfInfinities(t *testing.T) {
	inf := math.Inf(1)
	onEachLevel(t, func(t *testing.T) {
		for at := range 35 {
			x := make([]float64, 35)
			x[at] = inf
			if s := SumCompensated(x); s != inf {
				t.Errorf("with +Inf at %d the sum is %v", at, s)
			}
			x[(at+7)%35] = -inf
			if s := SumCompensated(x); s == s {
				t.Errorf("with both infinities the sum is %v", s)
			}
			x[(at+7)%35], x[at] = 0, math.NaN()
			if s := SumCompensated(x); s == s {
				t.Errorf("with NaN at %d the sum is %v", at, s)
			}
		}
		if s := SumCompensated([]float64{math.MaxFloat64, math.MaxFloat64, 1}); s != inf {
			t.Errorf("a sum that overflows is %v", s)
		}
	})
}

func TestNorms(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 2))
	inf, nan := math.Inf(1), math.NaN()
	onEachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			x              []float64
			one, two, most float64
		}{
			{nil, 0, 0, 0}, {[]float64{3, -4}, 7, 5, 4}, {[]float64{-0x1p1000, 0}, 0x1p1000, 0x1p1000, 0x1p1000},
			{[]float64{3e200, -4e200}, 7e200, 5e200, 4e200}, {[]float64{0, -0x3p-1074, 0x4p-1074}, 0x7p-1074, 0x5p-1074, 0x4p-1074},
			{[]float64{1, -inf, 2}, inf, inf, inf}, {[]float64{inf, nan}, nan, nan, nan}, {[]float64{1e300, nan, 1}, nan, nan, nan},
			{[]float64{math.Copysign(0, -1)}, 0, 0, 0}, {[]float64{3e-170, 4e-170, 1e-300}, 7e-170, 5e-170, 4e-170},
		} {
			got := []float64{Norm1(c.x), Norm2(c.x), NormInf(c.x)}
			for i, want := range []float64{c.one, c.two, c.most} {
				if !(math.Abs(got[i]-want) <= 1e-15*want) && !sameNumber(got[i], want) {
					t.Errorf("norms of %v are %v, want %v, %v and %v", c.x, got, c.one, c.two, c.most)
				}
			}
		}
		for _, scale := range []float64{1, 0x1p-700, 0x1p700, 0x1p-1020, 0x1p1010} {
			x := make([]float64, 3000)
			squares := new(big.Float).SetPrec(400)
			for i := range x {
				x[i] = scale * r.NormFloat64()
				squares.Add(squares, new(big.Float).Mul(exact(x[i]), exact(x[i])))
			}
			want, _ := squares.Sqrt(squares).Float64()
			closeTo(t, "Norm2", Norm2(x), want, 81*u*want)
			abs := slices.Clone(x)
			for i := range abs {
				abs[i] = math.Abs(abs[i])
			}
			closeTo(t, "Norm1", Norm1(x), exactSum(abs), 156*u*exactSum(abs))
			closeTo(t, "NormInf", NormInf(x), slices.Max(abs), 0)
		}
	})
}

func BenchmarkSumCompensated(b *testing.B) {
	bench(b, 8, func(in *input) { sink += SumCompensated(in.f) }, nil)
}

func BenchmarkNorm1(b *testing.B) {
	bench(b, 8, func(in *input) { sink += Norm1(in.f) }, nil)
}

func BenchmarkNorm2(b *testing.B) {
	bench(b, 8, func(in *input) { sink += Norm2(in.f) }, nil)
}
