package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Merged parts are the sorted whole, however long they are.
func TestMergeIsASort(t *testing.T) {
	r := rand.New(rand.NewPCG(74, 1))
	for name, order := range orders {
		for range 60 {
			n, m := r.IntN(40), r.IntN(40)
			x := order(r, n+m)
			want := slices.Sorted(slices.Values(x))
			slices.Sort(x[:n])
			slices.Sort(x[n:])
			dst := make([]int64, n+m)
			if MergeInt64(dst, x[:n], x[n:]); !slices.Equal(dst, want) {
				t.Fatalf("%d and %d integers, %s, merge to %v, want %v", n, m, name, dst, want)
			}
			f := make([]float64, n+m)
			for i := range f { // bits of all kinds, and NaN of both signs
				wordsOf(f)[i] = r.Uint64() | uint64(r.IntN(2))*(0x7ff<<52)
			}
			all := sortedBits(f)
			Sort(f[:n])
			Sort(f[n:])
			out := make([]float64, n+m)
			if Merge(out, f[:n], f[n:]); !slices.Equal(wordsOf(out), all) {
				t.Fatalf("%v and %v merge to %v", f[:n], f[n:], out)
			}
		}
	}
}

func TestMisuseOfMerge(t *testing.T) {
	f, x := make([]float64, 30), make([]int64, 30)
	panics(t, "Merge into less", func() { Merge(f[:9], f[10:15], f[20:25]) })
	panics(t, "Merge into its input", func() { Merge(f[:10], f[9:14], f[20:25]) })
	panics(t, "MergeInt64 into more", func() { MergeInt64(x[:11], x[12:17], x[20:25]) })
	panics(t, "MergeInt64 into its input", func() { MergeInt64(x[:10], x[12:17], x[5:10]) })
}

func BenchmarkMerge(b *testing.B) {
	in := benchInput(1 << 20)
	x := slices.Clone(in.f)
	half := len(x) / 2
	Sort(x[:half])
	Sort(x[half:])
	for b.Loop() {
		Merge(in.out, x[:half], x[half:])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/elem")
}
