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

// BenchmarkFirstUse allocates a block, writes and reads it once and frees it, on
// huge pages and, the baseline, on pages of 4 KiB.
func BenchmarkFirstUse(b *testing.B) {
	const n = 64 << 20 / 8
	for _, huge := range []bool{false, true} {
		b.Run(fmt.Sprintf("huge=%v", huge), func(b *testing.B) {
			a := newArena(b, 128<<20)
			if !huge {
				a.at.heap.mem = a.at.file
			}
			b.SetBytes(8 * n)
			for b.Loop() {
				x := mustAlloc[int64](b, a, n)
				s := x.Slice()
				for i := range s {
					s[i] = int64(i)
				}
				for _, v := range s {
					sink += int(v)
				}
				mustFree(b, x)
			}
		})
	}
}

// BenchmarkReadAgain reads a block of 256 MiB that is in place, one element of
// each cache line.
func BenchmarkReadAgain(b *testing.B) {
	const n = 256 << 20 / 8
	for _, huge := range []bool{false, true} {
		b.Run(fmt.Sprintf("huge=%v", huge), func(b *testing.B) {
			a := newArena(b, 512<<20)
			if !huge {
				a.at.heap.mem = a.at.file
			}
			x := mustAlloc[int64](b, a, n)
			s := x.Slice()
			for i := range s {
				s[i] = int64(i)
			}
			b.SetBytes(8 * n)
			for b.Loop() {
				for i := 0; i < n; i += 8 {
					sink += int(s[i])
				}
			}
			mustFree(b, x)
		})
	}
}
