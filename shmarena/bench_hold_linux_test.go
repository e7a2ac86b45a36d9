package shmarena

import (
	"fmt"
	"testing"
)

// What keeping a block from being freed costs, on a block of 64 MiB.
func benchHeld(b *testing.B) Array[byte] {
	a := newArena(b, 256<<20)
	x := mustAlloc[byte](b, a, 64<<20)
	s := x.Slice()
	for i := 0; i < len(s); i += 4096 {
		s[i] = 1
	}
	b.Cleanup(func() { _ = x.Free() }) // unless the last reference did
	return x
}

func BenchmarkRetainRelease(b *testing.B) {
	x := benchHeld(b)
	kept, err := x.Retain()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := x.Retain()
		if err == nil {
			err = r.Release()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := kept.Release(); err != nil { // frees x
		b.Fatal(err)
	}
}

func BenchmarkFreezeThaw(b *testing.B) {
	x := benchHeld(b)
	for b.Loop() {
		if err := x.Freeze(); err != nil {
			b.Fatal(err)
		}
		if err := x.Thaw(); err != nil {
			b.Fatal(err)
		}
	}
}

// A snapshot of which one page is written, beside the copy that it replaces.
func BenchmarkSnapshot(b *testing.B) {
	for _, frozen := range []bool{true, false} {
		b.Run(map[bool]string{true: "frozen", false: "copied"}[frozen], func(b *testing.B) {
			x := benchHeld(b)
			if frozen {
				if err := x.Freeze(); err != nil {
					b.Fatal(err)
				}
				b.Cleanup(func() { _ = x.Thaw() })
			}
			for b.Loop() {
				s, err := x.Snapshot()
				if err != nil {
					b.Fatal(err)
				}
				_ = s.With(func(s []byte) error { s[12345] = 2; return nil })
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSeal(b *testing.B) {
	x := benchHeld(b)
	b.SetBytes(64 << 20)
	for b.Loop() {
		y, err := Seal(x)
		if err == nil {
			err = y.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// A pair of Alloc and Free while other blocks are held; and of a block that was held itself
// for a moment, whose Free takes the mutex of the holds.
func BenchmarkPairBesideHolds(b *testing.B) {
	for _, size := range []int{64, 64 << 10} {
		for _, held := range []int{0, 1, 1000} {
			b.Run(fmt.Sprintf("%d/%d", size, held), func(b *testing.B) {
				a := newArena(b, 16<<20)
				y := mustAlloc[byte](b, a, 64)
				for range held {
					mustRetain(b, y)
				}
				for b.Loop() {
					x, err := Alloc[byte](a, size)
					if err != nil || x.Free() != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("64/once", func(b *testing.B) {
		a := newArena(b, 16<<20)
		for b.Loop() {
			x, err := Alloc[byte](a, 64)
			if err != nil || x.Freeze() != nil || x.Thaw() != nil || x.Free() != nil {
				b.Fatal(err)
			}
		}
	})
}
