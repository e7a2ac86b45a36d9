package kernels

import (
	"errors"
	"slices"
	"testing"
)

func panics(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if _, ok := recover().(string); !ok {
			t.Errorf("%s does not panic with a message", what)
		}
	}()
	f()
}

func TestLengthMismatchPanicsBeforeAnyWrite(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		f, x, codes := make([]float64, 9), make([]int64, 9), make([]uint8, 8)
		acc, b := make([]GroupMoments, 2), testBins()
		cells := make([]int64, 2*b.Cells())
		panics(t, "Dot", func() { Dot(f, f[1:]) })
		panics(t, "CoMomentsOf", func() { CoMomentsOf(f[1:], f) })
		panics(t, "CoMomentsInt64", func() { CoMomentsInt64(x, x[1:]) })
		panics(t, "HourOfDay", func() { HourOfDay(codes, x) })
		panics(t, "GroupedMoments", func() { GroupedMoments(acc, codes, f) })
		panics(t, "GroupedMomentsInt64", func() { GroupedMomentsInt64(acc, codes, x) })
		panics(t, "GroupedHistogramInt64", func() { GroupedHistogramInt64(cells, codes, x, b) })
		panics(t, "GroupedHistogramInt64 with half a group", func() { GroupedHistogramInt64(cells[1:], codes, x[1:], b) })
		panics(t, "HistogramInt64", func() { HistogramInt64(cells, x, b) })
		panics(t, "HistogramInt64 without bins", func() { HistogramInt64(nil, x, BinsInt64{}) })
		panics(t, "Histogram", func() { Histogram(cells, f, mustBins(t, 0, 1, 3)) })
		panics(t, "Histogram without bins", func() { Histogram(nil, f, Bins{}) })
		bits := []uint64{0}
		panics(t, "Compare", func() { Compare(bits, make([]float64, 65), NotEqual, 1) })
		panics(t, "Compare with what is none", func() { Compare(bits, f, comparisons, 1) })
		panics(t, "CompareInt64", func() { CompareInt64(bits, make([]int64, 65), NotEqual, 1) })
		panics(t, "Count with what is none", func() { Count(nil, comparisons, 1) })
		panics(t, "CountInt64 with what is none", func() { CountInt64(nil, comparisons, 1) })
		if bits[0] != 0 || slices.Max(cells) != 0 || acc[0].N != 0 {
			t.Error("something was written")
		}
	})
}

// A code without an accumulator is found wherever it stands, before anything
// is written.
func TestCodeOutOfRange(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		b := testBins()
		for _, n := range []int{1, 31, 32, 65, 300, block1 + 5} {
			f, x, codes := make([]float64, n), make([]int64, n), make([]uint8, n)
			for _, groups := range []int{0, 1, 24, 255} {
				for _, at := range []int{0, n / 2, n - 1} {
					acc, cells := make([]GroupMoments, groups), make([]int64, groups*b.Cells())
					codes[at] = uint8(groups)
					errs := []error{GroupedMoments(acc, codes, f), GroupedMomentsInt64(acc, codes, x), GroupedHistogramInt64(cells, codes, x, b)}
					codes[at] = 0
					for i, err := range errs {
						if !errors.Is(err, ErrCode) {
							t.Errorf("kernel %d, code %d of %d groups at %d: %v", i, groups, groups, at, err)
						}
					}
					if slices.ContainsFunc(acc, func(g GroupMoments) bool { return g.N != 0 }) || slices.ContainsFunc(cells, func(c int64) bool { return c != 0 }) {
						t.Error("something was written")
					}
				}
			}
		}
	})
}

func TestAllGroupsOfACode(t *testing.T) {
	const n = 5000
	x, f, codes := make([]int64, n), make([]float64, n), make([]uint8, n)
	for i := range x {
		x[i], f[i], codes[i] = int64(i), float64(i), uint8(i*7)
	}
	onEachLevel(t, func(t *testing.T) {
		for _, groups := range []int{256, 300} {
			acc, accInt := make([]GroupMoments, groups), make([]GroupMoments, groups)
			err := errors.Join(GroupedMoments(acc, codes, f), GroupedMomentsInt64(accInt, codes, x))
			if err != nil {
				t.Fatal(err)
			}
			rows := int64(0)
			for g := range acc {
				rows += acc[g].N
				if acc[g].N != accInt[g].N || acc[g].Min != accInt[g].Min || acc[g].Max != accInt[g].Max {
					t.Errorf("group %d: %+v and %+v", g, acc[g], accInt[g])
				}
			}
			if rows != n {
				t.Errorf("%d rows of %d", rows, n)
			}
		}
	})
}

func TestNothing(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		if s := Sum(nil); s != 0 {
			t.Errorf("Sum of nothing is %v", s)
		}
		if _, _, ok := MinMax(nil); ok {
			t.Error("nothing has a minimum")
		}
		if _, _, ok := MinMaxInt64(nil); ok {
			t.Error("nothing has a minimum")
		}
		if v, ok := NanMin(nil); ok || v == v {
			t.Errorf("nothing has the minimum %v", v)
		}
		if v, ok := Max(nil); ok || v == v {
			t.Errorf("nothing has the maximum %v", v)
		}
		if at := []int{ArgMin(nil), ArgMax(nil), ArgMinInt64(nil), ArgMaxInt64(nil)}; slices.Max(at) != -1 {
			t.Errorf("nothing has extremes at %v", at)
		}
		if _, ok := MomentsOf(nil).Variance(0); ok {
			t.Error("nothing has a variance")
		}
		if _, ok := CoMomentsOf(nil, nil).Corr(); ok {
			t.Error("nothing has a correlation")
		}
		if err := errors.Join(GroupedMoments(nil, nil, nil), GroupedMomentsInt64(nil, nil, nil), GroupedHistogramInt64(nil, nil, nil, testBins())); err != nil {
			t.Errorf("grouping nothing: %v", err)
		}
	})
}
