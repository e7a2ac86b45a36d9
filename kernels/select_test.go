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

// randomBits returns a mask of n bits of which about one in few is set.
func randomBits(r *rand.Rand, n, few int) []uint64 {
	mask := make([]uint64, Bits(n))
	for i := range n {
		if r.IntN(few) == 0 {
			mask[i/64] |= 1 << (i % 64)
		}
	}
	return mask
}

// slowFilter is the loop of Filter.
func slowFilter(x []float64, mask []uint64, from int) (out []float64, places []int64) {
	for i, v := range x {
		if at := from + i; mask[at/64]>>(at%64)&1 == 1 {
			out, places = append(out, v), append(places, int64(i))
		}
	}
	return out, places
}

// Masks that begin at every bit, results that just fit and end with the memory,
// and masks without a word more than they need.
func TestFilterFromEveryBit(t *testing.T) {
	const most = 700
	r := rand.New(rand.NewPCG(31, 1))
	memory, wholes := testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.End)
	bitMemory := testmem.Guarded(t, 8*Bits(most+64), testmem.End)
	onEachLevel(t, func(t *testing.T) {
		for from := range 64 {
			if race.Enabled && from%9 != 0 {
				continue
			}
			for _, n := range []int{0, 1, 63 - from%7, 64, 65, 127 + from, 200, 449, most} {
				x := make([]float64, n)
				for i := range x {
					x[i] = r.NormFloat64()
				}
				mask := view[uint64](bitMemory, len(bitMemory)-8*Bits(n+from), Bits(n+from))
				copy(mask, randomBits(r, n+from, 1+from%4))
				want, places := slowFilter(x, mask, from)
				for _, room := range []int{len(want), (len(want) + n) / 2, n} {
					dst, at := view[float64](memory, 8*(most-room), room), view[int64](wholes, 8*(most-room), room)
					k, err := Filter(dst, x, mask, from)
					if err != nil || !slices.Equal(dst[:k], want) {
						t.Fatalf("%d elements from bit %d into %d: %v, %v, want %v", n, from, room, dst[:k], err, want)
					}
					k, err = Where(at, mask, from, n)
					if err != nil || !slices.Equal(at[:k], places) {
						t.Fatalf("places of %d bits from bit %d into %d: %v, %v, want %v", n, from, room, at[:k], err, places)
					}
				}
			}
		}
	})
}

// What is selected may be written over its input.
func TestFilterInPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 2))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 5, 64, 1000, block1 + 100} {
			for _, few := range []int{1, 2, 50} {
				x, y := make([]float64, n), make([]int64, n)
				for i := range x {
					x[i], y[i] = r.NormFloat64(), int64(i)
				}
				mask := randomBits(r, n+5, few)
				want, places := slowFilter(x, mask, 5)
				inPlace := slices.Clone(x)
				if k := got(Filter(inPlace, inPlace, mask, 5)); !slices.Equal(inPlace[:k], want) {
					t.Fatalf("%d elements, one in %d, filtered in place are wrong", n, few)
				}
				if k := got(FilterInt64(y, y, mask, 5)); !slices.Equal(y[:k], places) {
					t.Fatalf("%d integers, one in %d, filtered in place are wrong", n, few)
				}
				want = slices.DeleteFunc(slices.Clone(x), func(v float64) bool { return !(v >= 0.5) })
				if k := got(FilterCompare(x, x, GreaterEqual, 0.5)); !slices.Equal(x[:k], want) {
					t.Fatalf("%d elements compared in place are wrong", n)
				}
			}
		}
	})
}

// Each comparison on numbers that are not ordinary, into what just fits.
func TestFilterCompareIsTheLoop(t *testing.T) {
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 5e-324, 1, -1}
	r := rand.New(rand.NewPCG(31, 3))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 63, 64, 65, 300} {
			x, y := make([]float64, n), make([]int64, n)
			for i := range x {
				x[i], y[i] = special[r.IntN(len(special))], int64(r.IntN(5))-2+math.MinInt64*int64(r.IntN(2))
			}
			for c := range comparisons {
				for _, threshold := range special {
					var want []float64
					for _, v := range x {
						if holds(v, c, threshold) {
							want = append(want, v)
						}
					}
					dst := make([]float64, len(want))
					if k, err := FilterCompare(dst, x, c, threshold); err != nil || k != len(want) || !slices.Equal(wordsOf(dst), wordsOf(want)) {
						t.Fatalf("comparison %d with %v of %v: %v, %v", c, threshold, x, dst, err)
					}
				}
				filterCompareInts(t, y, c)
			}
		}
	})
}

func filterCompareInts(t *testing.T, y []int64, c Comparison) {
	t.Helper()
	for _, threshold := range []int64{0, 1, math.MinInt64, math.MaxInt64} {
		want := slices.DeleteFunc(slices.Clone(y), func(v int64) bool { return !holds(v, c, threshold) })
		dst := make([]int64, len(want))
		if k, err := FilterCompareInt64(dst, y, c, threshold); err != nil || k != len(want) || !slices.Equal(dst, want) {
			t.Fatalf("comparison %d with %v of %v: %v, %v", c, threshold, y, dst, err)
		}
	}
}

func TestSelectionThatDoesNotFit(t *testing.T) {
	x, y, mask := make([]float64, 130), make([]int64, 130), []uint64{^uint64(0), ^uint64(0), 3}
	for i := range x {
		x[i], y[i] = 1, 1
	}
	onEachLevel(t, func(t *testing.T) {
		dst, dsts := make([]float64, 129), make([]int64, 129)
		for what, f := range map[string]func() (int, error){
			"a mask of 128 bits for 130":  func() (int, error) { return Filter(x, x, mask[:2], 0) },
			"a mask of 192 from bit 63":   func() (int, error) { return Filter(x, x, mask, 63) },
			"a mask from beyond its end":  func() (int, error) { return FilterInt64(y, y, mask, math.MaxInt) },
			"places of more bits":         func() (int, error) { return Where(make([]int64, 200), mask, 1, 192) },
			"130 elements into 129":       func() (int, error) { return Filter(dst, x, mask, 0) },
			"130 integers into 129":       func() (int, error) { return FilterInt64(dsts, y, mask, 0) },
			"130 places into 129":         func() (int, error) { return Where(dsts, mask, 0, 130) },
			"130 above 0 into 129":        func() (int, error) { return FilterCompare(dst, x, Greater, 0) },
			"130 integers above 0 in 129": func() (int, error) { return FilterCompareInt64(dsts, y, NotEqual, 0) },
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

// A mask that somebody changes after its bits were counted costs a result, not
// memory: the words beyond dst are never written.
func TestMaskThatChanges(t *testing.T) {
	memory := testmem.Guarded(t, 8*100, testmem.End)
	x, mask := make([]float64, 1000), make([]uint64, Bits(1000))
	for i := range mask {
		mask[i] = ^uint64(0)
	}
	onEachLevel(t, func(t *testing.T) {
		dst := wordsOf(view[float64](memory, 0, 100))
		n, err := inRuns(len(x), len(dst),
			func(at, n, to int) int { return compressBlock(dst[to:], wordsOf(x)[at:at+n], mask, at) },
			func(at, n, to int) int { return compressWord(dst[to:], wordsOf(x)[at:at+n], bitsAt(mask, at, n)) })
		if n > 100 || !errors.Is(err, ErrShort) {
			t.Errorf("1000 elements into 100: %d, %v", n, err)
		}
	})
}

func TestTakeOutOfBounds(t *testing.T) {
	x, ints := make([]float64, 50), make([]int64, 50)
	for i := range x {
		x[i], ints[i] = 1, 1
	}
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 7, 8, 9, 100} {
			for _, bad := range []int64{-1, 50, 1 << 31, 1<<31 + 3, 1 << 32, math.MaxInt64, math.MinInt64} {
				for _, at := range []int{0, n / 2, n - 1} {
					idx, dst, dsts := make([]int64, n), make([]float64, n), make([]int64, n)
					idx[at] = bad
					if err := Take(dst, x, idx); !errors.Is(err, ErrBounds) || slices.Max(dst) != 0 {
						t.Fatalf("index %d at %d of %d: %v, %v written", bad, at, n, err, dst)
					}
					if err := TakeInt64(dsts, ints, idx); !errors.Is(err, ErrBounds) || slices.Max(dsts) != 0 {
						t.Fatalf("index %d at %d of %d: %v, %v written", bad, at, n, err, dsts)
					}
					// As if it had been changed after it was looked at.
					if takeBlock(wordsOf(dst), wordsOf(x), idx) {
						t.Fatalf("index %d at %d of %d is used", bad, at, n)
					}
				}
			}
		}
		if err := Take(nil, nil, nil); err != nil {
			t.Errorf("taking nothing: %v", err)
		}
		if err := Take(make([]float64, 1), nil, make([]int64, 1)); !errors.Is(err, ErrBounds) {
			t.Errorf("element 0 of none: %v", err)
		}
	})
}

// The bits of a NaN come through every selection.
func TestSelectionKeepsBits(t *testing.T) {
	x, idx, mask := make([]float64, 70), make([]int64, 70), []uint64{^uint64(0), ^uint64(0)}
	for i := range x {
		x[i], idx[i] = math.Float64frombits(0x7ff0000000000001+uint64(i)), int64(i) // signalling
	}
	onEachLevel(t, func(t *testing.T) {
		for what, f := range map[string]func(dst []float64) error{
			"Filter":        func(dst []float64) error { _, err := Filter(dst, x, mask, 0); return err },
			"FilterCompare": func(dst []float64) error { _, err := FilterCompare(dst, x, NotEqual, 0); return err },
			"Take":          func(dst []float64) error { return Take(dst, x, idx) },
		} {
			dst := make([]float64, len(x))
			if err := f(dst); err != nil || !slices.Equal(wordsOf(dst), wordsOf(x)) {
				t.Errorf("%s changed a NaN: %v", what, err)
			}
		}
	})
}

func TestMisuseOfSelections(t *testing.T) {
	f, x, mask := make([]float64, 100), make([]int64, 100), make([]uint64, 2)
	panics(t, "Filter from a negative bit", func() { Filter(f, f, mask, -1) })
	panics(t, "Where of a negative number", func() { Where(x, mask, 0, -1) })
	panics(t, "Filter into part of its input", func() { Filter(f[1:], f[:99], mask, 0) })
	panics(t, "Filter of part of its result", func() { FilterInt64(x[:50], x[1:90], mask, 0) })
	panics(t, "FilterCompare into part of its input", func() { FilterCompare(f[1:], f[:99], Less, 0) })
	panics(t, "FilterCompareInt64 into part of its input", func() { FilterCompareInt64(x[1:], x[:99], Less, 0) })
	panics(t, "FilterCompare with what is none", func() { FilterCompare(f, f, comparisons, 0) })
	panics(t, "FilterCompareInt64 with what is none", func() { FilterCompareInt64(x, x, comparisons, 0) })
	panics(t, "Take of another length", func() { Take(f[:9], f[50:], x[:10]) })
	panics(t, "Take into its input", func() { Take(f[:10], f, x[:10]) })
	panics(t, "Take into its indices", func() { TakeInt64(x[:10], x[20:], x[:10]) })
}
