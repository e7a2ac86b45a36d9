package ops_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
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
			t.Cleanup(func() { // behind what f cleans up
				if err := e.Arena().Verify(); err != nil {
					t.Errorf("the heap: %v", err)
				}
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			})
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
