package kernels

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exact is a number of 400 bits: enough for all that these tests sum.
func exact(v float64) *big.Float { return new(big.Float).SetPrec(400).SetFloat64(v) }

// exactCo returns the moments of pairs, rounded once.
func exactCo(x, y []float64) CoMoments {
	n := exact(float64(len(x)))
	meanX, meanY := exact(0), exact(0)
	for i := range x {
		meanX.Add(meanX, exact(x[i]))
		meanY.Add(meanY, exact(y[i]))
	}
	meanX.Quo(meanX, n)
	meanY.Quo(meanY, n)
	m2x, m2y, cxy := exact(0), exact(0), exact(0)
	for i := range x {
		dx, dy := exact(x[i]), exact(y[i])
		dx.Sub(dx, meanX)
		dy.Sub(dy, meanY)
		m2x.Add(m2x, new(big.Float).Mul(dx, dx))
		m2y.Add(m2y, new(big.Float).Mul(dy, dy))
		cxy.Add(cxy, new(big.Float).Mul(dx, dy))
	}
	c := CoMoments{N: int64(len(x))}
	for to, v := range map[*float64]*big.Float{&c.MeanX: meanX, &c.MeanY: meanY, &c.M2X: m2x, &c.M2Y: m2y, &c.CXY: cxy} {
		*to, _ = v.Float64()
	}
	return c
}

func closeTo(t *testing.T, what string, got, want, bound float64) {
	t.Helper()
	if !(math.Abs(got-want) <= bound) {
		t.Errorf("%s is %v, want %v within %.2g", what, got, want, bound)
	}
}

func TestSumIsPairwise(t *testing.T) {
	x := make([]float64, 10_000_000)
	for i := range x {
		x[i] = 0.1
	}
	want, _ := new(big.Float).Mul(exact(0.1), exact(1e7)).Float64()
	onEachLevel(t, func(t *testing.T) {
		closeTo(t, "the sum of 1e7 times 0.1", Sum(x), want, 168*u*1e6)
		// What it is in practice: some last bits, where a loop is off by 1.6e-4.
		closeTo(t, "the sum of 1e7 times 0.1", Sum(x), want, 1e-8)
	})
}

func TestSignOfZeroSums(t *testing.T) {
	negative := make([]float64, 100)
	for i := range negative {
		negative[i] = math.Copysign(0, -1)
	}
	onEachLevel(t, func(t *testing.T) {
		for n := range len(negative) {
			x := negative[:n]
			lo, hi, ok := MinMax(x)
			for _, v := range []float64{Sum(x), Dot(x, x), lo, hi} {
				if ok && math.Float64bits(v) != 0 {
					t.Fatalf("a result of %d negative zeros is %v with sign %v", n, v, math.Signbit(v))
				}
			}
		}
	})
}

func TestSumOverflowsToInf(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		if s := Sum([]float64{1e308, 1e308}); !math.IsInf(s, 1) {
			t.Errorf("twice 1e308 sums to %v", s)
		}
		acc := make([]GroupMoments, 2)
		if err := GroupedMoments(acc, []uint8{0, 1, 0, 1}, []float64{1e308, 1, -1e308, 3}); err != nil {
			t.Fatal(err)
		}
		if acc[1] != (GroupMoments{2, 2, 2, 1, 3}) {
			t.Errorf("a group beside one that overflows is %+v", acc[1])
		}
	})
}

// flights are numbers like those of the main job: delays in minutes with a
// long tail, distances in miles.
func flights(n int) (delay, distance []int64) {
	r := rand.New(rand.NewPCG(7, 7))
	for range n {
		delay = append(delay, int64(r.ExpFloat64()*r.ExpFloat64()*30)-15)
		distance = append(distance, 30+int64(r.ExpFloat64()*700))
	}
	return delay, distance
}

func TestMomentsAgainstExactOnes(t *testing.T) {
	delay, distance := flights(100_003)
	x, y := asFloats(delay), asFloats(distance)
	want := exactCo(x, y)
	c := math.Sqrt(want.M2X) * math.Sqrt(want.M2Y)
	onEachLevel(t, func(t *testing.T) {
		for _, got := range []CoMoments{CoMomentsOf(x, y), CoMomentsInt64(delay, distance)} {
			closeTo(t, "mean x", got.MeanX, want.MeanX, 1e-14*math.Abs(want.MeanX))
			closeTo(t, "mean y", got.MeanY, want.MeanY, 1e-14*math.Abs(want.MeanY))
			closeTo(t, "M2 of x", got.M2X, want.M2X, 1e-14*want.M2X)
			closeTo(t, "M2 of y", got.M2Y, want.M2Y, 1e-14*want.M2Y)
			closeTo(t, "CXY", got.CXY, want.CXY, 1e-14*c)
		}
		m := MomentsOf(x)
		closeTo(t, "mean", m.Mean, want.MeanX, 1e-14*math.Abs(want.MeanX))
		closeTo(t, "M2", m.M2, want.M2X, 1e-14*want.M2X)
	})
}

func TestGroupedMomentsAgainstExactOnes(t *testing.T) {
	delay, _ := flights(100_003)
	x := asFloats(delay)
	codes := make([]uint8, len(x))
	byGroup := make([][]float64, testGroups)
	for i := range codes {
		codes[i] = uint8(i * i / 1000 % testGroups)
		byGroup[codes[i]] = append(byGroup[codes[i]], x[i])
	}
	onEachLevel(t, func(t *testing.T) {
		acc, accInt := make([]GroupMoments, testGroups), make([]GroupMoments, testGroups)
		if err := GroupedMoments(acc, codes, x); err != nil {
			t.Fatal(err)
		}
		if err := GroupedMomentsInt64(accInt, codes, delay); err != nil {
			t.Fatal(err)
		}
		for g, values := range byGroup {
			want := exactCo(values, values)
			for _, got := range []GroupMoments{acc[g], accInt[g]} {
				closeTo(t, "N", float64(got.N), float64(want.N), 0)
				closeTo(t, "mean", got.Mean, want.MeanX, 1e-14*math.Abs(want.MeanX))
				closeTo(t, "M2", got.M2, want.M2X, 1e-14*want.M2X)
				lo, hi, _ := MinMax(values)
				closeTo(t, "min", got.Min, lo, 0)
				closeTo(t, "max", got.Max, hi, 0)
			}
		}
	})
}

func TestVarianceOfLargeNumbers(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for _, base := range []int64{0, 1e9, -1e9, 1e15, 1 << 61, math.MaxInt64 - 16, math.MinInt64} {
			x := []int64{base + 4, base + 7, base + 13, base + 16}
			acc := make([]GroupMoments, 1)
			if err := GroupedMomentsInt64(acc, make([]uint8, 4), x); err != nil {
				t.Fatal(err)
			}
			v, _ := acc[0].Variance(1)
			closeTo(t, "the grouped variance", v, 30, 0)
			c := CoMomentsInt64(x, x)
			closeTo(t, "M2X", c.M2X, 90, 0)
			closeTo(t, "CXY", c.CXY, 90, 0)
			if base > 1e15 || base < -1e15 {
				continue // float64 does not have these numbers
			}
			v, _ = MomentsOf(asFloats(x)).Variance(1)
			closeTo(t, "the variance", v, 30, 0)
			acc[0] = GroupMoments{}
			if err := GroupedMoments(acc, make([]uint8, 4), asFloats(x)); err != nil {
				t.Fatal(err)
			}
			v, _ = acc[0].Variance(1)
			closeTo(t, "the grouped variance of float64", v, 30, 0)
		}
	})
}

// The shift of a block is far from its mean: the worst that data can do.
func TestMomentsWithAStep(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	x := make([]float64, block1)
	for i := range x {
		x[i] = r.NormFloat64()
		if i >= pilotSize {
			x[i] += 1e9
		}
	}
	want := exactCo(x, x)
	onEachLevel(t, func(t *testing.T) {
		closeTo(t, "M2", MomentsOf(x).M2, want.M2X, 6e-11*want.M2X)
		closeTo(t, "mean", MomentsOf(x).Mean, want.MeanX, 1e-14*want.MeanX)
	})
}

func TestExtremesOfIntegers(t *testing.T) {
	x := []int64{0, math.MaxInt64, -1, math.MinInt64, 1, math.MinInt64, math.MaxInt64}
	onEachLevel(t, func(t *testing.T) {
		for n := range x {
			part := x[n:]
			lo, hi, _ := MinMaxInt64(part)
			wantLo, wantHi := minMaxGo(part)
			if lo != wantLo || hi != wantHi {
				t.Errorf("extremes of %v are %d and %d", part, lo, hi)
			}
			want := exactCo(asFloats(part), asFloats(part))
			c := CoMomentsInt64(part, part)
			closeTo(t, "M2", c.M2X, want.M2X, 1e-13*want.M2X)
			acc := make([]GroupMoments, 1)
			if err := GroupedMomentsInt64(acc, make([]uint8, len(part)), part); err != nil {
				t.Fatal(err)
			}
			closeTo(t, "grouped M2", acc[0].M2, want.M2X, 1e-13*want.M2X)
			closeTo(t, "min", acc[0].Min, float64(wantLo), 0)
			closeTo(t, "max", acc[0].Max, float64(wantHi), 0)
		}
	})
}
