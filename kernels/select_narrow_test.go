package kernels

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// Masks that begin at every bit, and results that just fit and end with the
// memory.
func TestNarrowFilterFromEveryBit(t *testing.T) {
	const most = 700
	r := rand.New(rand.NewPCG(72, 1))
	memory, bitMemory := testmem.Guarded(t, 4*most, testmem.End), testmem.Guarded(t, 8*Bits(most+64), testmem.End)
	onEachLevel(t, func(t *testing.T) {
		for from := range 64 {
			if race.Enabled && from%9 != 0 {
				continue
			}
			for _, n := range []int{0, 1, 63 - from%7, 64, 65, 127 + from, 449, most} {
				x := make([]int32, n)
				for i := range x {
					x[i] = int32(r.Uint32())
				}
				mask := view[uint64](bitMemory, len(bitMemory)-8*Bits(n+from), Bits(n+from))
				copy(mask, randomBits(r, n+from, 1+from%4))
				var want []int32
				for i, v := range x {
					if at := from + i; mask[at/64]>>(at%64)&1 == 1 {
						want = append(want, v)
					}
				}
				for _, room := range []int{len(want), (len(want) + n) / 2, n} {
					dst := view[int32](memory, 4*(most-room), room)
					k, err := FilterInt32(dst, x, mask, from)
					if err != nil || !slices.Equal(dst[:k], want) {
						t.Fatalf("%d elements from bit %d into %d: %v, %v, want %v", n, from, room, dst[:k], err, want)
					}
				}
			}
		}
	})
}

// What is selected may be written over its input.
func TestNarrowFilterInPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(72, 2))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 5, 64, 1000, narrow1 + 100} {
			x, y := make([]float32, n), make([]int32, n)
			for i := range x {
				x[i], y[i] = float32(r.NormFloat64()), int32(r.IntN(9))
			}
			mask := make([]uint64, Bits(n))
			CompareFloat32(mask, x, Less, 0.3)
			want := slices.DeleteFunc(slices.Clone(x), func(v float32) bool { return !(v < 0.3) })
			wantInts := slices.DeleteFunc(slices.Clone(y), func(v int32) bool { return v == 4 })
			for what, f := range map[string]func(x []float32) (int, error){
				"Filter":        func(x []float32) (int, error) { return FilterFloat32(x, x, mask, 0) },
				"FilterCompare": func(x []float32) (int, error) { return FilterCompareFloat32(x, x, Less, 0.3) },
			} {
				dst := slices.Clone(x)
				if k := got(f(dst)); !slices.Equal(dst[:k], want) {
					t.Fatalf("%s of %d elements in place is wrong", what, n)
				}
			}
			if k := got(FilterCompareInt32(y, y, NotEqual, 4)); !slices.Equal(y[:k], wantInts) {
				t.Fatalf("%d integers compared in place are wrong", n)
			}
		}
	})
}

// Every comparison of numbers that are not ordinary is Go's: as a count, as bits,
// and into what just fits.
func TestNarrowComparisonsAreThoseOfGo(t *testing.T) {
	special := []float32{nan32(), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 1, -1, 0x1p-149, math.MaxFloat32}
	edge := []int32{math.MinInt32, math.MinInt32 + 1, -1, 0, 1, math.MaxInt32 - 1, math.MaxInt32}
	onEachLevel(t, func(t *testing.T) {
		for _, repeat := range []int{1, 3, 15} {
			comparisonsAreGo(t, slices.Repeat(special, repeat), special, CountFloat32, CompareFloat32, FilterCompareFloat32)
			comparisonsAreGo(t, slices.Repeat(edge, repeat), edge, CountInt32, CompareInt32, FilterCompareInt32)
		}
	})
}

func comparisonsAreGo[T int32 | float32](t *testing.T, x, with []T, count func(x []T, c Comparison, t T) int,
	compare func(dst []uint64, x []T, c Comparison, t T), filter func(dst, x []T, c Comparison, t T) (int, error)) {
	t.Helper()
	bits := make([]uint64, Bits(len(x)))
	for c := range comparisons {
		for _, number := range with {
			var want []T
			compare(bits, x, c, number)
			for i, v := range x {
				holds := []bool{v < number, v <= number, v > number, v >= number, v == number, v != number}[c]
				if holds {
					want = append(want, v)
				}
				if got := bits[i/64]>>(i%64)&1 == 1; got != holds {
					t.Fatalf("comparison %d of %v with %v: %v", c, v, number, got)
				}
			}
			if n := count(x, c, number); n != len(want) || CountBits(bits) != n {
				t.Fatalf("comparison %d with %v: %d hold and %d bits are set, want %d", c, number, n, CountBits(bits), len(want))
			}
			dst := make([]T, len(want))
			if k, err := filter(dst, x, c, number); err != nil || k != len(want) || !slices.Equal(dwordsOf(dst), dwordsOf(want)) {
				t.Fatalf("comparison %d with %v of %v: %v, %v", c, number, x, dst, err)
			}
		}
	}
}

func TestNarrowSelectionThatDoesNotFit(t *testing.T) {
	x, y, mask := make([]float32, 130), make([]int32, 130), []uint64{^uint64(0), ^uint64(0), 3}
	for i := range x {
		x[i], y[i] = 1, 1
	}
	onEachLevel(t, func(t *testing.T) {
		dst, dsts := make([]float32, 129), make([]int32, 129)
		for what, f := range map[string]func() (int, error){
			"a mask of 128 bits for 130":  func() (int, error) { return FilterFloat32(x, x, mask[:2], 0) },
			"130 elements into 129":       func() (int, error) { return FilterFloat32(dst, x, mask, 0) },
			"130 integers into 129":       func() (int, error) { return FilterInt32(dsts, y, mask, 0) },
			"130 above 0 into 129":        func() (int, error) { return FilterCompareFloat32(dst, x, Greater, 0) },
			"130 integers above 0 in 129": func() (int, error) { return FilterCompareInt32(dsts, y, NotEqual, 0) },
		} {
			if n, err := f(); n != 0 || !errors.Is(err, ErrShort) {
				t.Errorf("%s: %d, %v", what, n, err)
			}
		}
		if slices.Max(dst) != 0 || slices.Max(dsts) != 0 {
			t.Error("something was written")
		}
	})
}

func TestNarrowTakeOutOfBounds(t *testing.T) {
	x := make([]int32, 50)
	for i := range x {
		x[i] = 1
	}
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 7, 8, 9, 100} {
			for _, bad := range []int64{-1, 50, 1 << 31, 1<<31 + 3, 1 << 32, math.MaxInt64, math.MinInt64} {
				for _, at := range []int{0, n / 2, n - 1} {
					idx, dst := make([]int64, n), make([]int32, n)
					idx[at] = bad
					if err := TakeInt32(dst, x, idx); !errors.Is(err, ErrBounds) || slices.Max(dst) != 0 {
						t.Fatalf("index %d at %d of %d: %v, %v written", bad, at, n, err, dst)
					}
					// As if it had been changed after it was looked at.
					if takeDwordsBlock(dwordsOf(dst), dwordsOf(x), idx) {
						t.Fatalf("index %d at %d of %d is used", bad, at, n)
					}
				}
			}
		}
	})
}

// The bits of a NaN come through every selection.
func TestNarrowSelectionKeepsBits(t *testing.T) {
	x, idx, mask := make([]float32, 70), make([]int64, 70), []uint64{^uint64(0), ^uint64(0)}
	for i, w := range dwordsOf(x) {
		dwordsOf(x)[i], idx[i] = w|0x7f800001+uint32(i), int64(i) // signalling
	}
	onEachLevel(t, func(t *testing.T) {
		for what, f := range map[string]func(dst []float32) error{
			"Filter":        func(dst []float32) error { _, err := FilterFloat32(dst, x, mask, 0); return err },
			"FilterCompare": func(dst []float32) error { _, err := FilterCompareFloat32(dst, x, NotEqual, 0); return err },
			"Take":          func(dst []float32) error { return TakeFloat32(dst, x, idx) },
		} {
			dst := make([]float32, len(x))
			if err := f(dst); err != nil || !slices.Equal(dwordsOf(dst), dwordsOf(x)) {
				t.Errorf("%s changed a NaN: %v", what, err)
			}
		}
	})
}
