package kernels

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestSumInt64DoesNotWrap(t *testing.T) {
	x := make([]int64, 1000)
	for i := range x {
		x[i] = 1<<62 + int64(i)
	}
	onEachLevel(t, func(t *testing.T) {
		sum := SumInt64(x)
		if got := sum.String(); got != "4611686018427388403500" {
			t.Errorf("sum of 1000 values from 2^62 on is %s", got)
		}
		if _, ok := sum.Int64(); ok {
			t.Error("the sum is said to fit into an int64")
		}
		if got := sum.Float64(); got != 4611686018427388403500 {
			t.Errorf("as float64 it is %v", got)
		}
	})
}

func TestSumInt64IsExact(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			x := rapid.SliceOf(rapid.Int64()).Draw(t, "x")
			want := new(big.Int)
			for _, v := range x {
				want.Add(want, big.NewInt(v))
			}
			sum := SumInt64(x)
			if sum.String() != want.String() {
				t.Fatalf("sum of %v is %v, want %v", x, sum, want)
			}
			if v, ok := sum.Int64(); ok != want.IsInt64() || ok && v != want.Int64() {
				t.Fatalf("Int64 of %v is %v, %v", want, v, ok)
			}
			if f, _ := new(big.Float).SetInt(want).Float64(); sum.Float64() != f {
				t.Fatalf("Float64 of %v is %v, want %v", want, sum.Float64(), f)
			}
		})
	})
}

func TestInt128RoundsOnce(t *testing.T) {
	for _, v := range []Int128{
		{0, 0}, {0, math.MaxUint64}, {-1, math.MaxUint64}, {-1, 0}, {1, 0}, {1, 1}, {1, 1 << 11}, {1, 1<<11 + 1}, {1, 3 << 11},
		{math.MinInt64, 0}, {math.MinInt64, 1}, {math.MaxInt64, math.MaxUint64}, {1 << 53, 1}, {1<<53 + 1, 1 << 63}, {-1 << 53, 1},
	} {
		n, _ := new(big.Int).SetString(v.String(), 10)
		if f, _ := new(big.Float).SetInt(n).Float64(); v.Float64() != f {
			t.Errorf("Float64 of %v is %v, want %v", n, v.Float64(), f)
		}
	}
}
