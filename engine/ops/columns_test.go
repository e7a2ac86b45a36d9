package ops_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

func TestCountAndFilter(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range columns {
			for _, c := range []kernels.Comparison{kernels.Less, kernels.Greater, kernels.NotEqual, kernels.Equal} {
				for _, v := range []float64{0, 7, math.Inf(1), math.NaN()} {
					want := make([]float64, len(x))
					n, _ := kernels.FilterCompare(want, x, c, v)
					if got, err := ops.Count(t.Context(), e, x, c, v); got != n || err != nil {
						t.Errorf("%s %v %v: counted %d, %v, want %d", name, c, v, got, err, n)
					}
					out, err := ops.Filter(t.Context(), e, x, c, v)
					if err != nil || !alike(out.Slice(), want[:n]) {
						t.Errorf("%s %v %v: %d elements, %v, want %d", name, c, v, out.Len(), err, n)
					}
					free(t, out)
				}
			}
		}
	})
}

func free[T any](t *testing.T, a shmarena.Array[T]) {
	t.Helper()
	if !a.IsZero() {
		if err := a.Free(); err != nil {
			t.Error(err)
		}
	}
}

func TestScan(t *testing.T) {
	first := map[string][]float64{}
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range columns {
			out, err := ops.Scan(t.Context(), e, x)
			if err != nil || out.Len() != len(x) {
				t.Fatalf("%s: %d sums, %v", name, out.Len(), err)
			}
			got := slices.Clone(out.Slice())
			free(t, out)
			want := make([]float64, len(x))
			kernels.PrefixSum(want, x, 0)
			for i, v := range got {
				if !near(v, want[i], 1e6) {
					t.Fatalf("%s: sum %d is %v, want %v", name, i, v, want[i])
				}
			}
			if other, ok := first[name]; ok && !slices.EqualFunc(got, other, same) {
				t.Errorf("%s: another engine had other bits", name)
			}
			first[name] = got
		}
	})
}

func TestHistogram(t *testing.T) {
	b, err := kernels.NewBins(-2, 2, 37)
	if err != nil {
		t.Fatal(err)
	}
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range columns {
			want := make([]int64, b.Len())
			outside := kernels.Histogram(want, x, b)
			got, out, err := ops.Histogram(t.Context(), e, x, b)
			if err != nil || !slices.Equal(got, want) || out != outside {
				t.Errorf("%s: %v, %v, %v", name, got, out, err)
			}
		}
		if _, _, err := ops.Histogram(t.Context(), e, []float64{1}, kernels.Bins{}); !errors.Is(err, ops.ErrArgument) {
			t.Errorf("bins of nothing: %v", err)
		}
	})
}

func TestSort(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range columns {
			want := slices.Clone(x)
			kernels.Sort(want)
			out, err := ops.Sort(t.Context(), e, x)
			if err != nil || !alike(out.Slice(), want) {
				t.Errorf("%s: not sorted: %v", name, err)
			}
			free(t, out)
		}
	})
}

func TestArgSort(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range columns {
			want := make([]int64, len(x))
			kernels.ArgSort(want, x, make([]int64, len(x)))
			out, err := ops.ArgSort(t.Context(), e, x)
			if err != nil || !slices.Equal(out.Slice(), want) {
				t.Errorf("%s: not sorted: %v", name, err)
			}
			free(t, out)
		}
	})
}

func TestQuantile(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range clean() {
			if len(x) == 0 {
				continue
			}
			in := slices.Clone(x)
			slices.Sort(in)
			for _, q := range []float64{0, 0.25, 0.5, 0.999, 1, 1 / float64(len(x))} {
				h := q * float64(len(in)-1)
				at := int(h)
				want := in[at]
				if h > float64(at) {
					want += (h - float64(at)) * (in[at+1] - in[at])
				}
				if got, err := ops.Quantile(t.Context(), e, x, q); err != nil || !near(got, want, 1) {
					t.Errorf("%s: quantile %v is %v, %v, want %v", name, q, got, err, want)
				}
			}
		}
		for _, q := range []float64{-0.1, 1.1, math.NaN()} {
			if v, err := ops.Quantile(t.Context(), e, []float64{1}, q); v == v || !errors.Is(err, ops.ErrArgument) {
				t.Errorf("quantile %v: %v, %v", q, v, err)
			}
		}
		if v, err := ops.Quantile(t.Context(), e, columns["odd"], 0.5); v == v || err != nil {
			t.Errorf("with a NaN: %v, %v", v, err)
		}
		if _, err := ops.Quantile(t.Context(), e, []float64{}, 0.5); !errors.Is(err, ops.ErrEmpty) {
			t.Errorf("of none: %v", err)
		}
	})
}

func TestTopK(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		for name, x := range columns {
			in := slices.DeleteFunc(slices.Clone(x), math.IsNaN)
			kernels.Sort(in)
			for _, k := range []int{0, 1, 10, 5000} {
				low, err := ops.BottomK(t.Context(), e, x, k)
				if err != nil || !alike(low, in[:min(k, len(in))]) {
					t.Errorf("%s: the least %d: %v", name, k, err)
				}
				high, err := ops.TopK(t.Context(), e, x, k)
				slices.Reverse(high)
				if err != nil || !alike(high, in[len(in)-min(k, len(in)):]) {
					t.Errorf("%s: the greatest %d: %v", name, k, err)
				}
			}
		}
		if _, err := ops.TopK(t.Context(), e, []float64{1}, -1); !errors.Is(err, ops.ErrArgument) {
			t.Errorf("the first -1: %v", err)
		}
	})
}

// Arrays are used where they lie: nothing is copied, and nothing is freed but scratch.
func TestArrays(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		x, err := shmarena.CopyIn(e.Arena(), columns["some"])
		if err != nil {
			t.Fatal(err)
		}
		s, err := ops.Sum(t.Context(), e, x)
		if want, _ := ops.Sum(t.Context(), e, columns["some"]); s != want || err != nil {
			t.Errorf("%v, %v, want %v", s, err, want)
		}
		out, err := ops.Sort(t.Context(), e, x)
		if err != nil || !alike(x.Slice(), columns["some"]) {
			t.Errorf("the column is another after its sort: %v", err)
		}
		free(t, out)
		free(t, x)
	})
}

// A context that has ended, and an arena that is full, leave nothing behind: Verify is
// looked at behind each test.
func TestErrorsLeaveNothing(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		x, err := shmarena.CopyIn(e.Arena(), columns["some"])
		if err != nil {
			t.Fatal(err)
		}
		before := e.Arena().Stats().InUse
		over, cancel := context.WithCancel(t.Context())
		cancel()
		for name, f := range map[string]func() error{
			"Sum":      func() error { _, err := ops.Sum(over, e, x); return err },
			"Sort":     func() error { _, err := ops.Sort(over, e, x); return err },
			"ArgSort":  func() error { _, err := ops.ArgSort(over, e, x); return err },
			"Filter":   func() error { _, err := ops.Filter(over, e, x, kernels.Less, 0); return err },
			"Scan":     func() error { _, err := ops.Scan(over, e, x); return err },
			"Quantile": func() error { _, err := ops.Quantile(over, e, x, 0.5); return err },
			"TopK":     func() error { _, err := ops.TopK(over, e, x, 3); return err },
		} {
			if err := f(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
		rest := make([]float64, 88<<20/8)
		if _, err := ops.Sum(t.Context(), e, rest[:0]); err != nil {
			t.Error(err)
		}
		if _, err := ops.Sort(t.Context(), e, rest); !errors.Is(err, shmarena.ErrNoSpace) {
			t.Errorf("a sort that does not fit: %v", err)
		}
		if after := e.Arena().Stats().InUse; after != before {
			t.Errorf("%d bytes are used, %d were before", after, before)
		}
		free(t, x)
	})
}
