package shmarena

import (
	"fmt"
	"testing"
)

var sink int

func BenchmarkAllocFree(b *testing.B) {
	for _, size := range []int{64, 4 << 10, 64 << 10, 1 << 20, 16 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			a := newArena(b, 1<<30)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				mustFree(b, mustAlloc[byte](b, a, size))
			}
		})
	}
}

func BenchmarkSlice(b *testing.B) {
	a := newArena(b, 1<<20)
	x := mustAlloc[float64](b, a, 1000)
	b.ReportAllocs()
	for b.Loop() {
		sink += len(x.Slice())
	}
	mustFree(b, x)
}

func BenchmarkCreate(b *testing.B) {
	for _, size := range []int64{1 << 20, 8 << 30} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				a, err := Create(Options{Size: size})
				if err != nil {
					b.Fatal(err)
				}
				a.Close()
			}
		})
	}
}
