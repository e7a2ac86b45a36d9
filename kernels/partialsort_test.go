package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPartialSort(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 1))
	onEachLevel(t, func(t *testing.T) {
		for name, order := range orders {
			for _, n := range []int{0, 1, 5, 257, 300, 5000} {
				for _, k := range []int{0, 1, n / 3, n - 1, n, n + 10} {
					if k < 0 {
						continue
					}
					x := order(r, n)
					want := slices.Sorted(slices.Values(x))
					PartialSortInt64(x, k)
					if front := min(k, n); !slices.Equal(x[:front], want[:front]) {
						t.Fatalf("the %d smallest of %d integers, %s, are wrong", k, n, name)
					}
					if slices.Sort(x); !slices.Equal(x, want) {
						t.Fatalf("after the %d smallest of %d integers, %s, others are left", k, n, name)
					}
				}
			}
		}
	})
}

func TestPartialSortOfSpecials(t *testing.T) {
	special := []float64{math.NaN(), -math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1)}
	r := rand.New(rand.NewPCG(73, 2))
	onEachLevel(t, func(t *testing.T) {
		for _, k := range []int{0, 1, 10, 400, 1000} {
			x := make([]float64, 1000)
			for i := range x {
				if x[i] = r.NormFloat64(); r.IntN(3) == 0 {
					x[i] = special[r.IntN(len(special))]
				}
			}
			want := sortedBits(x)
			PartialSort(x, k)
			if !slices.Equal(wordsOf(x[:k]), want[:k]) {
				t.Fatalf("the %d smallest are %v", k, x[:k])
			}
			if !slices.Equal(sortedBits(x), want) {
				t.Fatalf("after the %d smallest others are left", k)
			}
		}
	})
	panics(t, "PartialSort of a negative number", func() { PartialSort(nil, -1) })
	panics(t, "PartialSortInt64 of a negative number", func() { PartialSortInt64(nil, -1) })
}

func BenchmarkPartialSort(b *testing.B) {
	const n = 10_000_000
	x, work := benchInput(n).f, make([]float64, n)
	for l := range best() + 1 {
		b.Run("k=100/"+l.String(), func(b *testing.B) {
			use(b, l)
			for b.Loop() {
				b.StopTimer()
				copy(work, x)
				b.StartTimer()
				PartialSort(work, 100)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/elem")
		})
	}
}
