package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkJoin has a Go map from keys to rows beside it. Keys are in one row
// each, or in four; all of the left rows have one.
func BenchmarkJoin(b *testing.B) {
	const n = 1 << 20
	for _, size := range tableSizes {
		for _, times := range []int{1, 4} {
			built := filled(size, func(i int) int64 { return scattered(2 * int64(i/times)) })
			rand.New(rand.NewPCG(9, 11)).Shuffle(size, func(i, j int) { built[i], built[j] = built[j], built[i] })
			name := fmt.Sprintf("rows=%d/each=%d/", size, times)
			probes, left, right := lookups(n, size/times, 100), make([]int64, 1<<16), make([]int64, 1<<16)
			join, codes := joinOf(b, size), make([]uint32, size)
			if err := join.Build(codes, built, 1); err != nil { // and its memory is touched
				b.Fatal(err)
			}
			b.Run(name+"build", func(b *testing.B) {
				for b.Loop() {
					if err := join.Build(codes, built, 1); err != nil {
						b.Fatal(err)
					}
				}
				perKey(b, size)
			})
			b.Run(name+"pairs", func(b *testing.B) {
				for b.Loop() {
					pairs := 0
					for at := (JoinPlace{}); at.Row < n; {
						var k int
						k, at = join.Pairs(InnerJoin, left, right, probes, at)
						pairs += k
					}
					if pairs != n*times {
						b.Fatal(pairs)
					}
				}
				perKey(b, n)
			})
			benchMapJoin(b, name, built, probes, left, right)
		}
	}
}

// benchMapJoin is the join that a program would write: the map has the first row
// of each key, and a slice the next one of each row.
func benchMapJoin(b *testing.B, name string, built, probes, left, right []int64) {
	next := make([]int32, len(built))
	build := func() map[int64]int32 {
		first := make(map[int64]int32, len(built))
		for i := len(built) - 1; i >= 0; i-- {
			next[i] = first[built[i]]
			first[built[i]] = int32(i + 1)
		}
		return first
	}
	first := build()
	b.Run(name+"build/map", func(b *testing.B) {
		for b.Loop() {
			first = build()
		}
		perKey(b, len(built))
	})
	b.Run(name+"pairs/map", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for i, k := range probes {
				for r := first[k]; r != 0; r = next[r-1] {
					left[n%len(left)], right[n%len(left)] = int64(i), int64(r-1)
					n++
				}
			}
		}
		perKey(b, len(probes))
	})
}
