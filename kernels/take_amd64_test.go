//go:build amd64 && !purego

package kernels

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Gathers take what loads take, on processors that prefer either; an index that has no
// element is noticed wherever it is, and nothing outside is written.
func TestGathersAndLoads(t *testing.T) {
	if best() != levelAVX512 {
		t.Skip("this machine has no AVX-512")
	}
	defer func(before bool) { gathers = before }(gathers)
	for _, gathers = range []bool{false, true} {
		t.Run(fmt.Sprintf("gathers=%v", gathers), testTakeEights)
	}
}

func testTakeEights(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 7))
	x := wordsOf(filled(100, func(int) int64 { return int64(r.Uint64()) }))
	for n := 8; n <= 64; n += 8 {
		idx := filled(n, func(int) int64 { return r.Int64N(100) })
		dst, want := make([]uint64, n+8), make([]uint64, n+8)
		takeGo(want[:n], x, idx)
		if took := takeEights(dst[:n], x, idx); took != n || !slices.Equal(dst, want) {
			t.Fatalf("%d of %d taken: %v, want %v", took, n, dst, want)
		}
		for at := range n {
			for _, outside := range []int64{-1, 100, 1 << 62, -1 << 63} {
				before := idx[at]
				idx[at] = outside
				if took := takeEights(dst[:n], x, idx); took > at {
					t.Fatalf("index %d at %d of %d: %d taken", outside, at, n, took)
				}
				idx[at] = before
			}
		}
	}
}
