package ops_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
)

var (
	columnsFloat32 = map[string][]float32{"none": nil, "one": {2.5}, "some": narrowed[float32](random(1<<19+777, 3)), "odd": narrowed[float32](odd(100_000))}
	columnsInt32   = map[string][]int32{
		"none": nil, "one": {math.MinInt32}, "some": narrowed[int32](randomInt64(1<<19+777, 2, 1<<32)), "digits": narrowed[int32](randomInt64(100_001, 3, 5)),
	}
)

func narrowed[T float32 | int32, W float64 | int64](x []W) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = T(v)
	}
	return out
}

func TestNarrow(t *testing.T) {
	first := bits{}
	onEach(t, func(t *testing.T, e *engine.Engine) {
		t.Run("float32", func(t *testing.T) { float32s(t, e, first) })
		t.Run("int32", func(t *testing.T) { int32s(t, e, first) })
		t.Run("pairs", func(t *testing.T) { narrowPairs(t, e, first) })
		t.Run("sort float32", func(t *testing.T) { sortFloat32s(t, e) })
		t.Run("sort int32", func(t *testing.T) { sortInt32s(t, e) })
		t.Run("scan", func(t *testing.T) { scanNarrow(t, e, first) })
		t.Run("histogram", func(t *testing.T) { histogramTypes(t, e) })
	})
}

func float32s(t *testing.T, e *engine.Engine, first bits) {
	ctx := t.Context()
	for name, x := range columnsFloat32 {
		s, err := ops.SumFloat32(ctx, e, x)
		if err != nil || !near(s, kernels.SumFloat32(x), 1e6) {
			t.Errorf("%s: sum %v, %v", name, s, err)
		}
		first.check(t, name+" sum", s)
		m, err := ops.MomentsFloat32(ctx, e, x)
		if want := kernels.MomentsFloat32(x); err != nil || m.N != want.N || !near(m.Mean, want.Mean, 1) || !near(m.M2, want.M2, want.M2) {
			t.Errorf("%s: moments %v, %v", name, m, err)
		}
		first.check(t, name+" m2", m.M2)
		l, h, some := kernels.MinMaxFloat32(x)
		lo, hi, err := ops.MinMaxFloat32(ctx, e, x)
		if some && (!same(float64(lo), float64(l)) || !same(float64(hi), float64(h))) || !some && lo == lo {
			t.Errorf("%s: %v and %v, want %v and %v", name, lo, hi, l, h)
		}
		wantEmpty(t, name, err, !some)
		at, err := ops.ArgMinFloat32(ctx, e, x)
		wantAt(t, name, at, err, kernels.ArgMinFloat32(x))
		at, err = ops.ArgMaxFloat32(ctx, e, x)
		wantAt(t, name, at, err, kernels.ArgMaxFloat32(x))
		want := make([]float32, len(x))
		n, _ := kernels.FilterCompareFloat32(want, x, kernels.Greater, 0.5)
		if got, err := ops.CountFloat32(ctx, e, x, kernels.Greater, 0.5); got != n || err != nil {
			t.Errorf("%s: counted %d, %v, want %d", name, got, err, n)
		}
		out, err := ops.FilterFloat32(ctx, e, x, kernels.Greater, 0.5)
		if err != nil || !slices.Equal(out.Slice(), want[:n]) {
			t.Errorf("%s: %d elements, %v, want %d", name, out.Len(), err, n)
		}
		free(t, out)
	}
}

func int32s(t *testing.T, e *engine.Engine, first bits) {
	ctx := t.Context()
	for name, x := range columnsInt32 {
		if s, err := ops.SumInt32(ctx, e, x); s != kernels.SumInt32(x) || err != nil {
			t.Errorf("%s: sum %v, %v", name, s, err)
		}
		m, err := ops.MomentsInt32(ctx, e, x)
		if want := kernels.MomentsInt32(x); err != nil || m.N != want.N || !near(m.Mean, want.Mean, 1e9) || !near(m.M2, want.M2, want.M2) {
			t.Errorf("%s: moments %v, %v", name, m, err)
		}
		first.check(t, name+" int32 m2", m.M2)
		l, h, some := kernels.MinMaxInt32(x)
		lo, hi, err := ops.MinMaxInt32(ctx, e, x)
		if lo != l || hi != h {
			t.Errorf("%s: %v and %v, want %v and %v", name, lo, hi, l, h)
		}
		wantEmpty(t, name, err, !some)
		at, err := ops.ArgMinInt32(ctx, e, x)
		wantAt(t, name, at, err, kernels.ArgMinInt32(x))
		at, err = ops.ArgMaxInt32(ctx, e, x)
		wantAt(t, name, at, err, kernels.ArgMaxInt32(x))
		want := make([]int32, len(x))
		n, _ := kernels.FilterCompareInt32(want, x, kernels.NotEqual, 1)
		if got, err := ops.CountInt32(ctx, e, x, kernels.NotEqual, 1); got != n || err != nil {
			t.Errorf("%s: counted %d, %v, want %d", name, got, err, n)
		}
		out, err := ops.FilterInt32(ctx, e, x, kernels.NotEqual, 1)
		if err != nil || !slices.Equal(out.Slice(), want[:n]) {
			t.Errorf("%s: %d elements, %v, want %d", name, out.Len(), err, n)
		}
		free(t, out)
	}
}

// wantEmpty checks that an error is ErrEmpty, or that there is none.
func wantEmpty(t *testing.T, name string, err error, empty bool) {
	t.Helper()
	if empty && !errors.Is(err, ops.ErrEmpty) || !empty && err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// wantAt checks the place of an extreme; -1 is that of none.
func wantAt(t *testing.T, name string, at int, err error, want int) {
	t.Helper()
	if at != want {
		t.Errorf("%s: at %d, want %d", name, at, want)
	}
	wantEmpty(t, name, err, want < 0)
}
