package ops_test

import (
	"errors"
	"math"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/engine/ops"
	"github.com/shmengine/shmengine/kernels"
)

// sumsOf are the reductions of one type that give float64, and the kernels that they
// are made of.
type sumsOf[T any] struct {
	name      string
	mean      func(x []T) (float64, error)
	variance  func(x []T, ddof int) (float64, error)
	moments   func(x []T) (kernels.Moments, error)
	corr      func(x, y []T) (float64, error)
	comoments func(x, y []T) (kernels.CoMoments, error)

	wantMoments   func(x []T) kernels.Moments
	wantCoMoments func(x, y []T) kernels.CoMoments
}

func float32Sums(t *testing.T, e *engine.Engine) sumsOf[float32] {
	ctx := t.Context()
	return sumsOf[float32]{"float32",
		func(x []float32) (float64, error) { return ops.MeanFloat32(ctx, e, x) },
		func(x []float32, ddof int) (float64, error) { return ops.VarFloat32(ctx, e, x, ddof) },
		func(x []float32) (kernels.Moments, error) { return ops.MomentsFloat32(ctx, e, x) },
		func(x, y []float32) (float64, error) { return ops.CorrFloat32(ctx, e, x, y) },
		func(x, y []float32) (kernels.CoMoments, error) { return ops.CoMomentsFloat32(ctx, e, x, y) },
		kernels.MomentsFloat32, kernels.CoMomentsFloat32}
}

func int32Sums(t *testing.T, e *engine.Engine) sumsOf[int32] {
	ctx := t.Context()
	return sumsOf[int32]{"int32",
		func(x []int32) (float64, error) { return ops.MeanInt32(ctx, e, x) },
		func(x []int32, ddof int) (float64, error) { return ops.VarInt32(ctx, e, x, ddof) },
		func(x []int32) (kernels.Moments, error) { return ops.MomentsInt32(ctx, e, x) },
		func(x, y []int32) (float64, error) { return ops.CorrInt32(ctx, e, x, y) },
		func(x, y []int32) (kernels.CoMoments, error) { return ops.CoMomentsInt32(ctx, e, x, y) },
		kernels.MomentsInt32, kernels.CoMomentsInt32}
}

func int64Sums(t *testing.T, e *engine.Engine) sumsOf[int64] {
	ctx := t.Context()
	return sumsOf[int64]{"int64",
		func(x []int64) (float64, error) { return ops.MeanInt64(ctx, e, x) },
		func(x []int64, ddof int) (float64, error) { return ops.VarInt64(ctx, e, x, ddof) },
		func(x []int64) (kernels.Moments, error) { return ops.MomentsInt64(ctx, e, x) },
		func(x, y []int64) (float64, error) { return ops.CorrInt64(ctx, e, x, y) },
		func(x, y []int64) (kernels.CoMoments, error) { return ops.CoMomentsInt64(ctx, e, x, y) },
		kernels.MomentsInt64, kernels.CoMomentsInt64}
}

// check compares with the kernels over the whole columns; bits are those of the first
// engine.
func (s *sumsOf[T]) check(t *testing.T, first bits, x, y []T) {
	t.Helper()
	m, err := s.moments(x)
	first.check(t, s.name+" m2", m.M2)
	if want := s.wantMoments(x); err != nil || m.N != want.N || !near(m.Mean, want.Mean, 1e9) || !near(m.M2, want.M2, want.M2) {
		t.Errorf("%s: moments %v, %v, want %v", s.name, m, err, want)
	}
	mean, err := s.mean(x)
	if err != nil || !same(mean, m.Mean) {
		t.Errorf("%s: mean %v, %v, want %v", s.name, mean, err, m.Mean)
	}
	v, err := s.variance(x, 1)
	if wantVar, _ := m.Variance(1); err != nil || !same(v, wantVar) {
		t.Errorf("%s: variance %v, %v, want %v", s.name, v, err, wantVar)
	}
	c, err := s.comoments(x, y)
	first.check(t, s.name+" cxy", c.CXY)
	want := s.wantCoMoments(x, y)
	if err != nil || c.N != want.N || !near(c.CXY, want.CXY, math.Sqrt(want.M2X)*math.Sqrt(want.M2Y)) || !near(c.M2Y, want.M2Y, want.M2Y) {
		t.Errorf("%s: co-moments %v, %v, want %v", s.name, c, err, want)
	}
	r, err := s.corr(x, y)
	if wantR, _ := c.Corr(); err != nil || !same(r, wantR) {
		t.Errorf("%s: correlation %v, %v, want %v", s.name, r, err, wantR)
	}
	s.checkFew(t, x, y)
}

// checkFew asks what has no answer.
func (s *sumsOf[T]) checkFew(t *testing.T, x, y []T) {
	t.Helper()
	if _, err := s.corr(x, y[1:]); !errors.Is(err, engine.ErrLength) {
		t.Errorf("%s: columns of two lengths: %v", s.name, err)
	}
	none := x[:0]
	if v, err := s.mean(none); v == v || !errors.Is(err, ops.ErrEmpty) {
		t.Errorf("%s: mean of none %v, %v", s.name, v, err)
	}
	if v, err := s.variance(x[:1], 1); v == v || !errors.Is(err, ops.ErrEmpty) {
		t.Errorf("%s: variance of one %v, %v", s.name, v, err)
	}
	if v, err := s.corr(none, none); v == v || !errors.Is(err, ops.ErrEmpty) {
		t.Errorf("%s: correlation of none %v, %v", s.name, v, err)
	}
}

// correlated returns two columns of whole numbers that vary together.
func correlated[T float32 | int32 | int64](n int) (x, y []T) {
	x, y = make([]T, n), make([]T, n)
	for i, v := range random(n, 11) {
		x[i] = T(1000 * v)
		y[i] = 3*x[i] - T(i%1000)
	}
	return x, y
}

func narrowPairs(t *testing.T, e *engine.Engine, first bits) {
	const n = 300_001
	f, g := correlated[float32](n)
	floats := float32Sums(t, e)
	floats.check(t, first, f, g)
	dot, err := ops.DotFloat32(t.Context(), e, f, g)
	first.check(t, "float32 dot", dot)
	if want := kernels.DotFloat32(f, g); err != nil || !near(dot, want, want) {
		t.Errorf("dot of float32 %v, %v, want %v", dot, err, want)
	}
	x, y := correlated[int32](n)
	ints := int32Sums(t, e)
	ints.check(t, first, x, y)
	if dot, err := ops.DotInt32(t.Context(), e, x, y); err != nil || dot != kernels.DotInt32(x, y) {
		t.Errorf("dot of int32 %v, %v, want %v", dot, err, kernels.DotInt32(x, y))
	}
}

func pairsInt64(t *testing.T, e *engine.Engine, first bits) {
	x, y := correlated[int64](300_001)
	for i := range x {
		x[i] += 1 << 50 // large, with a small spread
	}
	ints := int64Sums(t, e)
	ints.check(t, first, x, y)
	if dot, err := ops.DotInt64(t.Context(), e, x, y); err != nil || dot != kernels.DotInt64(x, y) {
		t.Errorf("dot of int64 %v, %v, want %v", dot, err, kernels.DotInt64(x, y))
	}
}
