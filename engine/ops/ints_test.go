package ops_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
)

var columnsInt64 = map[string][]int64{
	"none": nil, "one": {-3}, "few": randomInt64(1000, 1, 1<<62), "some": randomInt64(1<<19+777, 2, 1<<62),
	"digits": randomInt64(500_001, 3, 5), "same": slices.Repeat([]int64{7}, 300_000), "ends": endsInt64(300_000),
}

func randomInt64(n int, seed uint64, below int64) []int64 {
	r := rand.New(rand.NewPCG(seed, 2))
	x := make([]int64, n)
	for i := range x {
		x[i] = r.Int64N(below) - below/2
	}
	return x
}

func endsInt64(n int) []int64 {
	x := randomInt64(n, 4, 1<<62)
	for i, v := range []int64{math.MinInt64, math.MaxInt64, -1, 0, math.MinInt64 + 1} {
		for k := i; k < n; k += 89 + i {
			x[k] = v
		}
	}
	return x
}

// Engines are started once for all of these.
func TestInt64(t *testing.T) {
	first := bits{}
	onEach(t, func(t *testing.T, e *engine.Engine) {
		t.Run("reductions", func(t *testing.T) { reductionsInt64(t, e) })
		t.Run("select", func(t *testing.T) { selectInt64(t, e) })
		t.Run("scan", func(t *testing.T) { scanInt64(t, e) })
		t.Run("sort", func(t *testing.T) { sortInt64(t, e) })
		t.Run("lead", func(t *testing.T) { leadInt64(t, e) })
		t.Run("quantile", func(t *testing.T) { quantileInt64(t, e) })
		t.Run("pairs", func(t *testing.T) { pairsInt64(t, e, first) })
	})
}

func reductionsInt64(t *testing.T, e *engine.Engine) {
	ctx := t.Context()
	for name, x := range columnsInt64 {
		if s, err := ops.SumInt64(ctx, e, x); s != kernels.SumInt64(x) || err != nil {
			t.Errorf("%s: sum %v, %v", name, s, err)
		}
		l, h, some := kernels.MinMaxInt64(x)
		lo, hi, err := ops.MinMaxInt64(ctx, e, x)
		if lo != l || hi != h || (err == nil) != some || err != nil && !errors.Is(err, ops.ErrEmpty) {
			t.Errorf("%s: %v and %v, %v, want %v and %v", name, lo, hi, err, l, h)
		}
		if at, err := ops.ArgMinInt64(ctx, e, x); at != kernels.ArgMinInt64(x) || (err == nil) != some {
			t.Errorf("%s: least at %d, %v", name, at, err)
		}
		if at, err := ops.ArgMaxInt64(ctx, e, x); at != kernels.ArgMaxInt64(x) || (err == nil) != some {
			t.Errorf("%s: greatest at %d, %v", name, at, err)
		}
	}
}

func selectInt64(t *testing.T, e *engine.Engine) {
	for name, x := range columnsInt64 {
		for _, c := range []kernels.Comparison{kernels.Less, kernels.NotEqual, kernels.GreaterEqual} {
			want := make([]int64, len(x))
			n, _ := kernels.FilterCompareInt64(want, x, c, 1)
			if got, err := ops.CountInt64(t.Context(), e, x, c, 1); got != n || err != nil {
				t.Errorf("%s %v: counted %d, %v, want %d", name, c, got, err, n)
			}
			out, err := ops.FilterInt64(t.Context(), e, x, c, 1)
			if err != nil || !slices.Equal(out.Slice(), want[:n]) {
				t.Errorf("%s %v: %d elements, %v, want %d", name, c, out.Len(), err, n)
			}
			free(t, out)
		}
	}
}

func scanInt64(t *testing.T, e *engine.Engine) {
	for name, x := range columnsInt64 {
		want := make([]int64, len(x))
		kernels.PrefixSumInt64(want, x, 0)
		out, err := ops.ScanInt64(t.Context(), e, x)
		if err != nil || !slices.Equal(out.Slice(), want) {
			t.Errorf("%s: %v", name, err)
		}
		free(t, out)
	}
}

func sortInt64(t *testing.T, e *engine.Engine) {
	for name, x := range columnsInt64 {
		want, places := slices.Clone(x), make([]int64, len(x))
		slices.Sort(want)
		kernels.ArgSortInt64(places, x, make([]int64, len(x)))
		out, err := ops.SortInt64(t.Context(), e, x)
		if err != nil || !slices.Equal(out.Slice(), want) {
			t.Errorf("%s: not sorted: %v", name, err)
		}
		free(t, out)
		order, err := ops.ArgSortInt64(t.Context(), e, x)
		if err != nil || !slices.Equal(order.Slice(), places) {
			t.Errorf("%s: places are not sorted: %v", name, err)
		}
		free(t, order)
	}
}

func leadInt64(t *testing.T, e *engine.Engine) {
	for name, x := range columnsInt64 {
		in := slices.Sorted(slices.Values(x))
		for _, k := range []int{0, 1, 1000} {
			low, err := ops.BottomKInt64(t.Context(), e, x, k)
			if err != nil || !slices.Equal(low, in[:min(k, len(in))]) {
				t.Errorf("%s: the least %d: %v", name, k, err)
			}
			high, err := ops.TopKInt64(t.Context(), e, x, k)
			slices.Reverse(high)
			if err != nil || !slices.Equal(high, in[len(in)-min(k, len(in)):]) {
				t.Errorf("%s: the greatest %d: %v", name, k, err)
			}
		}
	}
}

func quantileInt64(t *testing.T, e *engine.Engine) {
	for name, x := range columnsInt64 {
		if len(x) == 0 {
			continue
		}
		in := slices.Sorted(slices.Values(x))
		for _, q := range []float64{0, 0.25, 0.5, 1} {
			got, err := ops.QuantileInt64(t.Context(), e, x, q)
			if want := between(in, q); err != nil || !near(got, want, math.Abs(want)) {
				t.Errorf("%s: quantile %v is %v, %v, want %v", name, q, got, err, want)
			}
		}
	}
	if v, err := ops.QuantileInt64(t.Context(), e, []int64{1}, 2); v == v || !errors.Is(err, ops.ErrArgument) {
		t.Errorf("quantile 2: %v, %v", v, err)
	}
	if v, err := ops.QuantileInt64(t.Context(), e, []int64{}, 0); v == v || !errors.Is(err, ops.ErrEmpty) {
		t.Errorf("of none: %v, %v", v, err)
	}
	// Two that are further apart than any int64.
	if v, err := ops.QuantileInt64(t.Context(), e, []int64{math.MinInt64, math.MaxInt64}, 0.5); v != 0 || err != nil {
		t.Errorf("in the middle of all: %v, %v", v, err)
	}
}

// between is a quantile of sorted numbers by long arithmetic.
func between(in []int64, q float64) float64 {
	h := q * float64(len(in)-1)
	at := int(h)
	a, b := big.NewFloat(0).SetInt64(in[at]), big.NewFloat(0).SetInt64(in[min(at+1, len(in)-1)])
	b.Sub(b, a).Mul(b, big.NewFloat(h-float64(at))).Add(b, a)
	v, _ := b.Float64()
	return v
}
