package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// typedMap is a function that writes an element for each, and what it writes.
type typedMap[T element] struct {
	name string
	run  func(dst, x, y, z []T)
	want func(x, y, z T) T
}

var float32Maps = []typedMap[float32]{
	{"AddFloat32", func(dst, x, y, _ []float32) { AddFloat32(dst, x, y) }, func(x, y, _ float32) float32 { return x + y }},
	{"SubFloat32", func(dst, x, y, _ []float32) { SubFloat32(dst, x, y) }, func(x, y, _ float32) float32 { return x - y }},
	{"MulFloat32", func(dst, x, y, _ []float32) { MulFloat32(dst, x, y) }, func(x, y, _ float32) float32 { return x * y }},
	{"DivFloat32", func(dst, x, y, _ []float32) { DivFloat32(dst, x, y) }, func(x, y, _ float32) float32 { return x / y }},
	{"FMAFloat32", FMAFloat32, fma32},
	{"AxpyFloat32", func(dst, x, y, _ []float32) { AxpyFloat32(dst, 3.7, x, y) }, func(x, y, _ float32) float32 { return fma32(3.7, x, y) }},
	{"ScaleFloat32", func(dst, x, _, _ []float32) { ScaleFloat32(dst, -1.3, x) }, func(x, _, _ float32) float32 { return -1.3 * x }},
	{"SqrtFloat32", func(dst, x, _, _ []float32) { SqrtFloat32(dst, x) }, func(x, _, _ float32) float32 { return float32(math.Sqrt(float64(x))) }},
	{"AbsFloat32", func(dst, x, _, _ []float32) { AbsFloat32(dst, x) }, func(x, _, _ float32) float32 { return float32(math.Abs(float64(x))) }},
	{"NegFloat32", func(dst, x, _, _ []float32) { NegFloat32(dst, x) }, func(x, _, _ float32) float32 { return -x }},
	{"ExpFloat32", func(dst, x, _, _ []float32) { ExpFloat32(dst, x) }, func(x, _, _ float32) float32 { return exp32(x) }},
	{"LogFloat32", func(dst, x, _, _ []float32) { LogFloat32(dst, x) }, func(x, _, _ float32) float32 { return log32(x) }},
}

var int32Maps = wholeMaps("Int32", AddInt32, SubInt32, MulInt32, AxpyInt32, ScaleInt32, AbsInt32, NegInt32)

var int64Maps = wholeMaps("Int64", AddInt64, SubInt64, MulInt64, AxpyInt64, ScaleInt64, AbsInt64, NegInt64)

func wholeMaps[T int32 | int64](suffix string, add, sub, mul func(dst, x, y []T), axpy func(dst []T, a T, x, y []T),
	scale func(dst []T, a T, x []T), abs, neg func(dst, x []T)) []typedMap[T] {
	const a = -0x3141_5927
	return []typedMap[T]{
		{"Add" + suffix, func(dst, x, y, _ []T) { add(dst, x, y) }, func(x, y, _ T) T { return x + y }},
		{"Sub" + suffix, func(dst, x, y, _ []T) { sub(dst, x, y) }, func(x, y, _ T) T { return x - y }},
		{"Mul" + suffix, func(dst, x, y, _ []T) { mul(dst, x, y) }, func(x, y, _ T) T { return x * y }},
		{"Axpy" + suffix, func(dst, x, y, _ []T) { axpy(dst, a, x, y) }, func(x, y, _ T) T { return a*x + y }},
		{"Scale" + suffix, func(dst, x, _, _ []T) { scale(dst, a, x) }, func(x, _, _ T) T { return a * x }},
		{"Neg" + suffix, func(dst, x, _, _ []T) { neg(dst, x) }, func(x, _, _ T) T { return -x }},
		{"Abs" + suffix, func(dst, x, _, _ []T) { abs(dst, x) }, func(x, _, _ T) T {
			if x < 0 {
				return -x
			}
			return x
		}},
	}
}

// The documented loops, over each input in turn and beside them, and nothing
// outside the result.
func TestTypedMapsInPlaceAndApart(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 1))
	special := []float32{nan32(), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 0x1p-149, -0x1p-130, math.MaxFloat32}
	edge := []int64{math.MinInt64, math.MaxInt64, math.MinInt32, math.MaxInt32, -1, 0, 1, 1 << 32, 1<<32 - 1, 0x123456789abcdef}
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 140, narrow3 + 9} {
			typedMapped(t, float32Maps, n, func() float32 {
				if r.IntN(4) == 0 {
					return special[r.IntN(len(special))]
				}
				return float32(r.NormFloat64())
			})
			typedMapped(t, int32Maps, n, func() int32 { return int32(edge[r.IntN(len(edge))] >> r.IntN(40)) })
			typedMapped(t, int64Maps, n, func() int64 { return edge[r.IntN(len(edge))] })
		}
	})
}

func typedMapped[T element](t *testing.T, maps []typedMap[T], n int, draw func() T) {
	t.Helper()
	var in [4][]T
	for i := range in {
		in[i] = make([]T, n+2) // with a guard at each end
		for j := range in[i] {
			in[i][j] = draw()
		}
	}
	for dst := range in {
		for _, m := range maps {
			var s [4][]T
			for i := range in {
				s[i] = slices.Clone(in[i])
			}
			m.run(s[dst][1:1+n], s[0][1:1+n], s[1][1:1+n], s[2][1:1+n])
			for i := range s {
				for j, got := range s[i] {
					w := in[i][j]
					if i == dst && j > 0 && j <= n {
						w = m.want(in[0][j], in[1][j], in[2][j])
					}
					if !sameNumber(float64(got), float64(w)) || got == got && got != w {
						t.Fatalf("%s of %d into %d: slice %d has %v at %d, want %v", m.name, n, dst, i, got, j-1, w)
					}
				}
			}
		}
	}
}

func TestTypedOverlapInPartPanics(t *testing.T) {
	overlaps(t, float32Maps)
	overlaps(t, int32Maps)
	overlaps(t, int64Maps)
	f, i, idx := make([]float32, 40), make([]int32, 40), make([]int64, 40)
	panics(t, "PrefixSumFloat32 into part of its input", func() { PrefixSumFloat32(f[1:11], f[:10], 1) })
	panics(t, "PrefixSumExclusiveInt32 of another length", func() { PrefixSumExclusiveInt32(i[1:10], i[20:30], 1) })
	panics(t, "FilterFloat32 into part of its input", func() { FilterFloat32(f[1:], f[:39], make([]uint64, 1), 0) })
	panics(t, "FilterCompareFloat32 into part of its input", func() { FilterCompareFloat32(f[1:], f[:39], Less, 0) })
	panics(t, "FilterCompareInt32 into part of its input", func() { FilterCompareInt32(i[1:], i[:39], Less, 0) })
	panics(t, "TakeFloat32 into its input", func() { TakeFloat32(f[:10], f, idx[:10]) })
	panics(t, "TakeInt32 of another length", func() { TakeInt32(i[:9], i[20:], idx[:10]) })
	panics(t, "DotFloat32", func() { DotFloat32(f, f[1:]) })
	panics(t, "DotInt32", func() { DotInt32(i, i[1:]) })
	panics(t, "DotInt64", func() { DotInt64(idx, idx[1:]) })
	panics(t, "CountFloat32 with what is none", func() { CountFloat32(nil, comparisons, 0) })
	panics(t, "CountInt32 with what is none", func() { CountInt32(nil, comparisons, 0) })
	panics(t, "CompareFloat32 into too few words", func() { CompareFloat32(nil, f, Less, 0) })
	panics(t, "CompareInt32 with what is none", func() { CompareInt32(make([]uint64, 1), i, comparisons, 0) })
	panics(t, "FilterCompareInt32 with what is none", func() { FilterCompareInt32(i, i, comparisons, 0) })
	panics(t, "HistogramFloat32 without bins", func() { HistogramFloat32(nil, f, Bins{}) })
	panics(t, "HistogramInt32 without bins", func() { HistogramInt32(nil, i, BinsInt64{}) })
	if slices.Max(f) != 0 || slices.Max(i) != 0 {
		t.Error("something was written")
	}
}

func overlaps[T element](t *testing.T, maps []typedMap[T]) {
	t.Helper()
	x := make([]T, 40)
	for _, m := range maps {
		for _, to := range []int{9, 11, 1, 19} {
			panics(t, m.name, func() { m.run(x[to:to+10], x[10:20], x[10:20], x[10:20]) })
		}
		panics(t, m.name+" of another length", func() { m.run(x[:9], x[10:20], x[20:30], x[30:40]) })
	}
	if slices.Max(x) != 0 {
		t.Error("something was written")
	}
	maps[0].run(x[:10], x[10:20], x[10:20], x[10:20]) // side by side is apart
}
