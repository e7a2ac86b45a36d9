package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// prefixes are what the four functions should write, by the documented loop.
func prefixes[T int64 | float64](x []T, start T) (inclusive, exclusive []T, total T) {
	for _, v := range x {
		exclusive = append(exclusive, start)
		start += v
		inclusive = append(inclusive, start)
	}
	return inclusive, exclusive, start
}

// Integers are the loop, in place and apart; so are float64 that are whole
// numbers.
func TestPrefixSumsAreTheLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 1))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100, block2 - 1, block2 + 9} {
			x, f := make([]int64, n), make([]float64, n)
			for i := range x {
				x[i], f[i] = int64(r.Uint64()), float64(r.IntN(2000)-1000)
			}
			start := int64(r.Uint64())
			sums(t, x, start, PrefixSumInt64, PrefixSumExclusiveInt64)
			sums(t, f, float64(start>>40), PrefixSum, PrefixSumExclusive)
		}
	})
}

func sums[T int64 | float64](t *testing.T, x []T, start T, inclusive, exclusive func(dst, x []T, start T) T) {
	t.Helper()
	upTo, before, total := prefixes(x, start)
	for _, c := range []struct {
		name string
		f    func(dst, x []T, start T) T
		want []T
	}{{"inclusive", inclusive, upTo}, {"exclusive", exclusive, before}} {
		dst := make([]T, len(x)+2)
		if s := c.f(dst[1:1+len(x)], x, start); s != total || !slices.Equal(dst[1:1+len(x)], c.want) || dst[0] != 0 || dst[len(x)+1] != 0 {
			t.Fatalf("%s sums of %d elements apart are wrong: last %v, want %v", c.name, len(x), s, total)
		}
		dst = slices.Clone(x)
		if s := c.f(dst, dst, start); s != total || !slices.Equal(dst, c.want) {
			t.Fatalf("%s sums of %d elements in place are wrong: last %v, want %v", c.name, len(x), s, total)
		}
	}
}

// The order of additions is the documented one: parts that are cut at multiples
// of eight give the bits of the whole, others need not.
func TestPrefixSumsOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 2))
	x := make([]float64, 1003)
	for i := range x {
		x[i] = r.NormFloat64() * math.Pow(2, float64(r.IntN(40)))
	}
	onEachLevel(t, func(t *testing.T) {
		whole, parts := make([]float64, len(x)), make([]float64, len(x))
		for _, f := range []func(dst, x []float64, start float64) float64{PrefixSum, PrefixSumExclusive} {
			total := f(whole, x, 0.1)
			for _, cut := range []int{0, 8, 16, 64, 504, 1000} {
				s := f(parts[cut:], x[cut:], f(parts[:cut], x[:cut], 0.1))
				if s != total || !slices.Equal(parts, whole) {
					t.Fatalf("parts that meet at %d sum to %v, want %v", cut, s, total)
				}
			}
		}
	})
}

func TestPrefixSumErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 3))
	x := make([]float64, 5000)
	for i := range x {
		x[i] = r.NormFloat64() * math.Pow(2, float64(r.IntN(30)))
	}
	onEachLevel(t, func(t *testing.T) {
		dst := make([]float64, len(x))
		PrefixSum(dst, x, 0)
		sum, size := exact(0), 0.0
		for i, v := range x {
			sum.Add(sum, exact(v))
			size += math.Abs(v)
			want, _ := sum.Float64()
			if bound := (float64(i/8) + 5) * u * size; math.Abs(dst[i]-want) > bound {
				t.Fatalf("sum %d is %v, want %v within %v", i, dst[i], want, bound)
			}
		}
	})
}

// All sums from a NaN on, and none before; zeros keep the sign they have in
// the loop.
func TestPrefixSumsOfSpecials(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		for at := range 37 {
			x := make([]float64, 37)
			x[at] = math.NaN()
			PrefixSum(x, x, 0)
			for i, v := range x {
				if (v != v) != (i >= at) {
					t.Fatalf("with NaN at %d sum %d is %v", at, i, v)
				}
			}
		}
		negative := make([]float64, 37)
		for i := range negative {
			negative[i] = math.Copysign(0, -1)
		}
		dst := make([]float64, len(negative))
		PrefixSum(dst, negative, negative[0])
		if !slices.Equal(wordsOf(dst), wordsOf(negative)) {
			t.Errorf("sums of negative zeros are %v", dst)
		}
		PrefixSum(dst, negative, 0)
		if slices.ContainsFunc(dst, math.Signbit) {
			t.Errorf("sums of zero and negative zeros are %v", dst)
		}
	})
}

func TestMisuseOfPrefixSums(t *testing.T) {
	f, x := make([]float64, 40), make([]int64, 40)
	panics(t, "PrefixSum of another length", func() { PrefixSum(f[:9], f[20:30], 1) })
	panics(t, "PrefixSumExclusive of another length", func() { PrefixSumExclusive(f[:9], f[20:30], 1) })
	panics(t, "PrefixSum into part of its input", func() { PrefixSum(f[1:11], f[:10], 1) })
	panics(t, "PrefixSumInt64 into part of its input", func() { PrefixSumInt64(x[1:11], x[:10], 1) })
	panics(t, "PrefixSumExclusiveInt64 into part of its input", func() { PrefixSumExclusiveInt64(x[:10], x[1:11], 1) })
	if slices.Max(f) != 0 || slices.Max(x) != 0 {
		t.Error("something was written")
	}
}

func BenchmarkPrefixSum(b *testing.B) {
	bench(b, 16, func(in *input) { sink += PrefixSum(in.out, in.f, 0) }, map[string]func(*input){
		"loop": func(in *input) {
			s := 0.0
			for i, v := range in.f {
				s += v
				in.out[i] = s
			}
		},
	})
}

func BenchmarkPrefixSumInt64(b *testing.B) {
	bench(b, 16, func(in *input) { sink += float64(PrefixSumInt64(in.outs, in.x, 0)) }, nil)
}

func BenchmarkPrefixSumExclusive(b *testing.B) {
	bench(b, 16, func(in *input) { sink += PrefixSumExclusive(in.out, in.f, 0) }, nil)
}
