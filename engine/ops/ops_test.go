package ops_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
	"github.com/shmengine/shmengine/shmarena"
)

// engines are what each test runs on: both modes, one worker and several.
var engines = []engine.Config{
	{Mode: engine.Goroutines, Workers: 1}, {Mode: engine.Goroutines, Workers: 3},
	{Workers: 1}, {Workers: 2}, {Workers: 3},
}

func onEach(t *testing.T, f func(t *testing.T, e *engine.Engine)) {
	for _, c := range engines {
		t.Run(fmt.Sprintf("%v/%d", c.Mode, c.Workers), func(t *testing.T) {
			c.ArenaSize = 96 << 20
			e, err := engine.Start(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := e.Arena().Verify(); err != nil {
					t.Errorf("the heap: %v", err)
				}
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			}()
			f(t, e)
		})
	}
}

// A column of each kind: none, one element, parts of a piece, several pieces; with
// duplicates, zeros of both signs, infinities, and NaN.
var columns = map[string][]float64{
	"none": nil, "one": {2.5}, "few": random(1000, 1), "a piece": random(1<<18, 2), "some": random(1<<19+777, 3),
	"same": slices.Repeat([]float64{7}, 300_000), "digits": digits(500_001), "odd": odd(400_000), "sorted": sorted(300_000),
}

func random(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func digits(n int) []float64 {
	x := random(n, 4)
	for i := range x {
		x[i] = math.Trunc(x[i] * 3)
	}
	return x
}

func odd(n int) []float64 {
	x := random(n, 5)
	for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0, math.Float64frombits(0xFFF8000000000123)} {
		for k := i; k < n; k += 97 + i {
			x[k] = v
		}
	}
	return x
}

func sorted(n int) []float64 {
	x := random(n, 6)
	slices.Sort(x)
	return x
}

// clean are the columns without NaN.
func clean() map[string][]float64 {
	all := map[string][]float64{}
	for name, x := range columns {
		if !slices.ContainsFunc(x, math.IsNaN) {
			all[name] = x
		}
	}
	return all
}

func same(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b }

func alike(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(v, w float64) bool { return math.Float64bits(v) == math.Float64bits(w) })
}

// near reports whether a result is within rounding of another.
func near(a, b, scale float64) bool { return same(a, b) || math.Abs(a-b) <= 1e-12*scale }

// The first engine's bits are those of all others.
type bits map[string]float64

func (b bits) check(t *testing.T, what string, got float64) {
	t.Helper()
	if want, ok := b[what]; ok && !same(got, want) {
		t.Errorf("%s: %v, another engine had %v", what, got, want)
	}
	b[what] = got
}

func TestReductions(t *testing.T) {
	first := bits{}
	onEach(t, func(t *testing.T, e *engine.Engine) {
		ctx := t.Context()
		for name, x := range columns {
			s, err := ops.Sum(ctx, e, x)
			if err != nil || !near(s, kernels.Sum(x), 1e6) {
				t.Errorf("%s: Sum %v, %v", name, s, err)
			}
			first.check(t, name+" sum", s)
			dot, err := ops.Dot(ctx, e, x, x)
			if err != nil || !near(dot, kernels.Dot(x, x), 1e6) {
				t.Errorf("%s: Dot %v, %v", name, dot, err)
			}
			first.check(t, name+" dot", dot)
			m, err := ops.Moments(ctx, e, x)
			if want := kernels.MomentsOf(x); err != nil || m.N != want.N || !near(m.Mean, want.Mean, 1) || !near(m.M2, want.M2, want.M2) {
				t.Errorf("%s: Moments %v, %v", name, m, err)
			}
			first.check(t, name+" m2", m.M2)
			checkExtremes(t, e, name, x)
		}
	})
}

func checkExtremes(t *testing.T, e *engine.Engine, name string, x []float64) {
	t.Helper()
	ctx := t.Context()
	lo, hi, err := ops.MinMax(ctx, e, x)
	l, h, ok := kernels.MinMax(x)
	if !same(lo, l) || !same(hi, h) || (err == nil) != ok || err != nil && !errors.Is(err, ops.ErrEmpty) {
		t.Errorf("%s: MinMax %v, %v, %v, want %v, %v", name, lo, hi, err, l, h)
	}
	for what, f := range map[string]func() (int, error){
		"ArgMin": func() (int, error) { return ops.ArgMin(ctx, e, x) }, "ArgMax": func() (int, error) { return ops.ArgMax(ctx, e, x) },
	} {
		want := kernels.ArgMin(x)
		if what == "ArgMax" {
			want = kernels.ArgMax(x)
		}
		if at, err := f(); at != want || (err == nil) != ok || err != nil && !errors.Is(err, ops.ErrEmpty) {
			t.Errorf("%s: %s %d, %v, want %d", name, what, at, err, want)
		}
	}
}

func TestMeanAndVariance(t *testing.T) {
	onEach(t, func(t *testing.T, e *engine.Engine) {
		ctx, x := t.Context(), []float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}
		if m, err := ops.Mean(ctx, e, x); m != 1e9+10 || err != nil {
			t.Errorf("mean %v, %v", m, err)
		}
		if v, err := ops.Var(ctx, e, x, 1); v != 30 || err != nil {
			t.Errorf("variance %v, %v", v, err)
		}
		for _, none := range [][]float64{nil, {}} {
			if m, err := ops.Mean(ctx, e, none); m == m || !errors.Is(err, ops.ErrEmpty) {
				t.Errorf("mean of none %v, %v", m, err)
			}
		}
		if v, err := ops.Var(ctx, e, []float64{3}, 1); v == v || !errors.Is(err, ops.ErrEmpty) {
			t.Errorf("variance of a sample of one: %v, %v", v, err)
		}
		if v, err := ops.Var(ctx, e, []float64{3}, 0); v != 0 || err != nil {
			t.Errorf("variance of a population of one: %v, %v", v, err)
		}
	})
}

func TestCorr(t *testing.T) {
	first := bits{}
	x, noise := random(500_000, 7), random(500_000, 8)
	y := make([]float64, len(x))
	kernels.Axpy(y, -2, x, noise)
	want, _ := kernels.CoMomentsOf(x, y).Corr()
	onEach(t, func(t *testing.T, e *engine.Engine) {
		r, err := ops.Corr(t.Context(), e, x, y)
		if err != nil || !near(r, want, 1) {
			t.Errorf("%v, %v, want %v", r, err, want)
		}
		first.check(t, "corr", r)
		if _, err := ops.Corr(t.Context(), e, x, y[1:]); !errors.Is(err, engine.ErrLength) {
			t.Errorf("columns of two lengths: %v", err)
		}
		if _, err := ops.Corr(t.Context(), e, x, make([]float64, len(x))); !errors.Is(err, ops.ErrEmpty) {
			t.Errorf("one that does not vary: %v", err)
		}
	})
}

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
