package ops_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// sortsOf is what sorts columns of one type, and the kernels that do it at once.
type sortsOf[T float32 | int32] struct {
	sort     func(x []T) (shmarena.Array[T], error)
	argSort  func(x []T) (shmarena.Array[int64], error)
	top, low func(x []T, k int) ([]T, error)
	quantile func(x []T, q float64) (float64, error)

	wantSort  func(x []T)
	wantPlace func(idx []int64, x []T)
	bits      func(v T) uint32
}

func sortFloat32s(t *testing.T, e *engine.Engine) {
	ctx := t.Context()
	s := sortsOf[float32]{
		func(x []float32) (shmarena.Array[float32], error) { return ops.SortFloat32(ctx, e, x) },
		func(x []float32) (shmarena.Array[int64], error) { return ops.ArgSortFloat32(ctx, e, x) },
		func(x []float32, k int) ([]float32, error) { return ops.TopKFloat32(ctx, e, x, k) },
		func(x []float32, k int) ([]float32, error) { return ops.BottomKFloat32(ctx, e, x, k) },
		func(x []float32, q float64) (float64, error) { return ops.QuantileFloat32(ctx, e, x, q) },
		kernels.SortFloat32, kernels.ArgSortFloat32, math.Float32bits,
	}
	for name, x := range columnsFloat32 {
		s.check(t, name, x)
	}
	s.check(t, "digits", narrowed[float32](digits(300_001)))
	s.checkArguments(t)
}

func sortInt32s(t *testing.T, e *engine.Engine) {
	ctx := t.Context()
	s := sortsOf[int32]{
		func(x []int32) (shmarena.Array[int32], error) { return ops.SortInt32(ctx, e, x) },
		func(x []int32) (shmarena.Array[int64], error) { return ops.ArgSortInt32(ctx, e, x) },
		func(x []int32, k int) ([]int32, error) { return ops.TopKInt32(ctx, e, x, k) },
		func(x []int32, k int) ([]int32, error) { return ops.BottomKInt32(ctx, e, x, k) },
		func(x []int32, q float64) (float64, error) { return ops.QuantileInt32(ctx, e, x, q) },
		kernels.SortInt32, kernels.ArgSortInt32, func(v int32) uint32 { return uint32(v) },
	}
	for name, x := range columnsInt32 {
		s.check(t, name, x)
	}
	s.check(t, "ends", []int32{math.MaxInt32, 0, math.MinInt32, -1, math.MaxInt32, 1, math.MinInt32})
	s.checkArguments(t)
	if v, err := ops.QuantileInt32(ctx, e, []int32{math.MinInt32, math.MaxInt32}, 0.5); v != -0.5 || err != nil {
		t.Errorf("in the middle of all: %v, %v", v, err)
	}
}

func (s *sortsOf[T]) check(t *testing.T, name string, x []T) {
	t.Helper()
	equal := func(a, b []T) bool {
		return slices.EqualFunc(a, b, func(v, w T) bool { return s.bits(v) == s.bits(w) })
	}
	in, places := slices.Clone(x), make([]int64, len(x))
	s.wantSort(in)
	s.wantPlace(places, x)
	out, err := s.sort(x)
	if err != nil || !equal(out.Slice(), in) {
		t.Errorf("%s: not sorted: %v", name, err)
	}
	free(t, out)
	order, err := s.argSort(x)
	if err != nil || !slices.Equal(order.Slice(), places) {
		t.Errorf("%s: places are not sorted: %v", name, err)
	}
	free(t, order)
	numbers := in
	for len(numbers) > 0 && numbers[len(numbers)-1] != numbers[len(numbers)-1] {
		numbers = numbers[:len(numbers)-1]
	}
	for _, k := range []int{0, 1, 1000} {
		low, err := s.low(x, k)
		if err != nil || !equal(low, numbers[:min(k, len(numbers))]) {
			t.Errorf("%s: the least %d: %v, %v", name, k, low, err)
		}
		top, err := s.top(x, k)
		slices.Reverse(top)
		if err != nil || !equal(top, numbers[len(numbers)-min(k, len(numbers)):]) {
			t.Errorf("%s: the greatest %d: %v, %v", name, k, top, err)
		}
	}
	s.checkQuantiles(t, name, in, x, len(numbers) < len(in))
}

func (s *sortsOf[T]) checkQuantiles(t *testing.T, name string, in, x []T, nan bool) {
	t.Helper()
	for _, q := range []float64{0, 0.25, 0.5, 1} {
		if len(x) == 0 {
			break
		}
		h := q * float64(len(in)-1)
		a, b := float64(in[int(h)]), float64(in[min(int(h)+1, len(in)-1)])
		want := a
		if part := h - math.Trunc(h); part > 0 {
			want += float64(part * (b - a))
		}
		if nan {
			want = math.NaN()
		}
		if v, err := s.quantile(x, q); err != nil || !same(v, want) && v+0 != want {
			t.Errorf("%s: quantile %v is %v, %v, want %v", name, q, v, err, want)
		}
	}
}

func (s *sortsOf[T]) checkArguments(t *testing.T) {
	t.Helper()
	if v, err := s.quantile([]T{1}, 2); v == v || !errors.Is(err, ops.ErrArgument) {
		t.Errorf("quantile 2: %v, %v", v, err)
	}
	if v, err := s.quantile(nil, 0); v == v || !errors.Is(err, ops.ErrEmpty) {
		t.Errorf("quantile of none: %v, %v", v, err)
	}
	if _, err := s.top([]T{1}, -1); !errors.Is(err, ops.ErrArgument) {
		t.Errorf("the greatest -1: %v", err)
	}
}

func scanNarrow(t *testing.T, e *engine.Engine, first bits) {
	ctx := t.Context()
	for name, x := range columnsFloat32 {
		want := make([]float32, len(x))
		kernels.PrefixSumFloat32(want, x, 0)
		out, err := ops.ScanFloat32(ctx, e, x)
		got := out.Slice()
		if err != nil || len(got) != len(x) {
			t.Fatalf("%s: %d sums, %v", name, len(got), err)
		}
		for i, v := range got { // rounded to float32, once
			if w := want[i]; !same(float64(v), float64(w)) && !(math.Abs(float64(v-w)) <= 0x1p-22*math.Abs(float64(w))+1e-6) {
				t.Fatalf("%s: sum %d is %v, want %v", name, i, v, w)
			}
		}
		if len(got) > 0 {
			first.check(t, name+" scan", float64(got[len(got)-1]))
			first.check(t, name+" scan half", float64(got[len(got)/2]))
		}
		free(t, out)
	}
	for name, x := range columnsInt32 {
		want := make([]int32, len(x))
		kernels.PrefixSumInt32(want, x, 0)
		out, err := ops.ScanInt32(ctx, e, x)
		if err != nil || !slices.Equal(out.Slice(), want) {
			t.Errorf("%s: %v", name, err)
		}
		free(t, out)
	}
}

func histogramTypes(t *testing.T, e *engine.Engine) {
	ctx := t.Context()
	bins, _ := kernels.NewBins(-1, 2, 7)
	whole, _ := kernels.NewBinsInt64(-2, 3, 4)
	for name, x := range columnsFloat32 {
		want := make([]int64, bins.Len())
		wantOut := kernels.HistogramFloat32(want, x, bins)
		counts, out, err := ops.HistogramFloat32(ctx, e, x, bins)
		if err != nil || !slices.Equal(counts, want) || out != wantOut {
			t.Errorf("%s: %v, %v, %v, want %v, %v", name, counts, out, err, want, wantOut)
		}
	}
	for name, x := range columnsInt32 {
		want := make([]int64, whole.Cells())
		kernels.HistogramInt32(want, x, whole)
		if cells, err := ops.HistogramInt32(ctx, e, x, whole); err != nil || !slices.Equal(cells, want) {
			t.Errorf("%s: %v, %v, want %v", name, cells, err, want)
		}
	}
	for name, x := range columnsInt64 {
		want := make([]int64, whole.Cells())
		kernels.HistogramInt64(want, x, whole)
		if cells, err := ops.HistogramInt64(ctx, e, x, whole); err != nil || !slices.Equal(cells, want) {
			t.Errorf("%s: %v, %v, want %v", name, cells, err, want)
		}
	}
	if _, _, err := ops.HistogramFloat32(ctx, e, []float32{1}, kernels.Bins{}); !errors.Is(err, ops.ErrArgument) {
		t.Errorf("no bins: %v", err)
	}
	if _, err := ops.HistogramInt64(ctx, e, []int64{1}, kernels.BinsInt64{}); !errors.Is(err, ops.ErrArgument) {
		t.Errorf("no bins: %v", err)
	}
}
