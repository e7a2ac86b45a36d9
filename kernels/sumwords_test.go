package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// All bodies add up what the plain loop does, also the largest and the smallest
// numbers of a whole block, and read nothing outside.
func TestSumOfWords(t *testing.T) {
	if best() < levelAVX512 {
		t.Skip("no AVX-512 on this machine or in this build")
	}
	ends, starts := testmem.Guarded(t, 8*block1, testmem.End), testmem.Guarded(t, 8*block1, testmem.Start)
	r := rand.New(rand.NewPCG(15, 26))
	numbers := []func() int64{
		func() int64 { return math.MinInt64 },
		func() int64 { return math.MaxInt64 },
		func() int64 { return -1 },
		func() int64 { return 1<<48 - 1 },
		func() int64 { return -1 << 48 },
		func() int64 { return int64(r.Uint64()) >> r.IntN(64) },
	}
	for _, n := range append(lengths(), 8191, 8192, 8192+71, block1-1, block1) {
		for _, x := range [][]int64{view[int64](ends, 8*(block1-n), n), view[int64](starts, 0, n)} {
			for k, number := range numbers {
				for i := range x {
					x[i] = number()
				}
				want := sumInt64Go(x)
				if low, high := sumInt64AVX512(x); widen(low, high) != want {
					t.Fatalf("%d numbers of kind %d, by products: %v, want %v", n, k, widen(low, high), want)
				}
				if low, high := sumInt64AVX2(x); widen(low, high) != want {
					t.Fatalf("%d numbers of kind %d, by AVX2: %v, want %v", n, k, widen(low, high), want)
				}
				if !dotWords {
					continue
				}
				if low, high := sumWordsAVX512(x); widen(low, high) != want {
					t.Fatalf("%d numbers of kind %d, by words: %v, want %v", n, k, widen(low, high), want)
				}
			}
		}
	}
}
