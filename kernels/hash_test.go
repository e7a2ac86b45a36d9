package kernels

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// unhash returns the key with a hash: it runs the folds and products backwards.
func unhash(h, seed uint64) int64 {
	unfold := func(h uint64) uint64 { return h ^ h>>33 } // 33 bits down twice is nothing
	h = unfold(h) * inverse(0xc4ceb9fe1a85ec53)
	h = unfold(h) * inverse(0xff51afd7ed558ccd)
	return int64(unfold(h) ^ seed)
}

// inverse returns the number whose product with an odd one is 1 (Newton).
func inverse(odd uint64) uint64 {
	x := odd
	for range 6 {
		x *= 2 - odd*x
	}
	return x
}

func TestHashInt64(t *testing.T) {
	const most = 300
	in, out := testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.End)
	r := rand.New(rand.NewPCG(82, 1))
	onEachLevel(t, func(t *testing.T) {
		for n := range most + 1 {
			x, dst := view[int64](in, 8*(most-n), n), view[uint64](out, 8*(most-n), n)
			for i := range x {
				x[i] = int64(r.Uint64() >> r.IntN(64))
			}
			seed := r.Uint64()
			HashInt64(dst, x, seed)
			for i, v := range x {
				if dst[i] != hashOne(v, seed) || unhash(dst[i], seed) != v {
					t.Fatalf("the hash of %d by %#x is %#x", v, seed, dst[i])
				}
			}
			before := slices.Clone(dst)
			if HashInt64(wordsOf(x), x, seed); !slices.Equal(wordsOf(x), before) {
				t.Fatalf("%d hashes over their keys are others", n)
			}
		}
	})
}

// Hashes of the finaliser that were published with it.
func TestHashIsTheKnownOne(t *testing.T) {
	for v, want := range map[int64]uint64{0: 0, 1: 0xb456bcfc34c2cb2c, 2: 0x3abf2a20650683e7, -1: 0x64b5720b4b825f21} {
		if got := hashOne(v, 0); got != want {
			t.Errorf("the hash of %d is %#x, want %#x", v, got, want)
		}
	}
}

// Each bit of a key changes each bit of the hash for about half of the keys.
func TestHashAvalanche(t *testing.T) {
	const trials = 2000
	r := rand.New(rand.NewPCG(82, 2))
	for bit := range 64 {
		var changed [64]int
		for range trials {
			v, seed := r.Uint64()>>r.IntN(60), r.Uint64()
			d := hashOne(int64(v), seed) ^ hashOne(int64(v^1<<bit), seed)
			for ; d != 0; d &= d - 1 {
				changed[bits.TrailingZeros64(d)]++
			}
		}
		for i, n := range changed {
			if n < trials*2/5 || n > trials*3/5 {
				t.Errorf("bit %d changes bit %d for %d of %d keys", bit, i, n, trials)
			}
		}
	}
}

func TestMisuseOfHash(t *testing.T) {
	x, u := make([]int64, 20), make([]uint64, 20)
	panics(t, "HashInt64 of another length", func() { HashInt64(u[:9], x[:10], 1) })
	panics(t, "HashInt64 into part of its input", func() { HashInt64(wordsOf(x)[1:11], x[:10], 1) })
}
