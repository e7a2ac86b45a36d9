package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
)

// narrowInput are the columns of an input whose elements have 4 bytes.
type narrowInput struct {
	f32, g32 []float32
	i32, j32 []int32
	outF32   []float32
	outI32   []int32
}

func (in *narrowInput) fillNarrow(r *rand.Rand) {
	for i := range in.f32 {
		in.f32[i], in.g32[i] = float32(1000+10*r.NormFloat64()), float32(r.NormFloat64())
		in.i32[i], in.j32[i] = int32(r.ExpFloat64()*30)-20, int32(r.Uint32())>>r.IntN(32)
	}
}

func (in *narrowInput) cloneNarrow() narrowInput {
	return narrowInput{slices.Clone(in.f32), slices.Clone(in.g32), slices.Clone(in.i32), slices.Clone(in.j32), slices.Clone(in.outF32), slices.Clone(in.outI32)}
}

func (in *narrowInput) narrowDiffers(o *input) bool {
	return !slices.Equal(in.f32, o.f32) || !slices.Equal(in.g32, o.g32) || !slices.Equal(in.i32, o.i32) || !slices.Equal(in.j32, o.j32)
}

// appendNarrow adds a row to a fuzzed input.
func (in *narrowInput) appendNarrow(a, b uint64) {
	in.f32 = append(in.f32, math.Float32frombits(uint32(a)))
	in.g32 = append(in.g32, math.Float32frombits(uint32(b)))
	in.i32 = append(in.i32, int32(a>>32))
	in.j32 = append(in.j32, int32(b>>32))
}

// narrowPool is memory for them.
type narrowPool [6][]byte

func newNarrowPool(get func(bytes int) []byte, rows int) (p narrowPool) {
	for i := range p {
		p[i] = get(4 * rows)
	}
	return p
}

func (p *narrowPool) narrowFrom(off, n int) narrowInput {
	return narrowInput{
		view[float32](p[0], off, n), view[float32](p[1], off, n), view[int32](p[2], off, n), view[int32](p[3], off, n),
		view[float32](p[4], off, n), view[int32](p[5], off, n),
	}
}

// narrowCases are the kernels of float32 and int32, and what int64 has since.
var narrowCases = []kernelCase{
	{"SumFloat32", func(in *input) []float64 { return []float64{SumFloat32(in.f32), DotFloat32(in.f32, in.g32)} }, boundSumFloat32},
	{"SumInt32", func(in *input) []float64 {
		return wholes(SumInt32(in.i32), SumInt32(in.j32), DotInt32(in.i32, in.j32), DotInt32(in.j32, in.j32))
	}, nil},
	{"MinMaxFloat32", runMinMaxFloat32, nil},
	{"MinMaxInt32", runMinMaxInt32, nil},
	{"ArithFloat32", runArithFloat32, nil},
	{"ArithInt32", runArithInt32, nil},
	{"ArithWhole", runArithWhole, nil},
	{"ExtremesFloat32", runExtremesFloat32, nil},
	{"ExtremesInt32", runExtremesInt32, nil},
	{"CompareFloat32", runCompareFloat32, nil},
	{"CompareInt32", runCompareInt32, nil},
	{"FilterFloat32", runFilterFloat32, nil},
	{"FilterInt32", runFilterInt32, nil},
	{"TakeNarrow", runTakeNarrow, nil},
	{"PrefixSumFloat32", runPrefixSumFloat32, nil},
	{"PrefixSumInt32", runPrefixSumInt32, nil},
	{"MomentsFloat32", func(in *input) []float64 { return momentNumbers(MomentsFloat32(in.f32)) },
		func(in *input) []float64 { return momentsBound(asFloat64(in.f32)) }},
	{"MomentsInt32", func(in *input) []float64 { return momentNumbers(MomentsInt32(in.i32)) },
		func(in *input) []float64 { return momentsBound(asFloat64(in.i32)) }},
	{"MomentsInt64", func(in *input) []float64 { return momentNumbers(MomentsInt64(in.x)) },
		func(in *input) []float64 { return momentsBound(asFloats(in.x)) }},
	{"NormsFloat32", func(in *input) []float64 {
		return []float64{Norm1Float32(in.f32), Norm2Float32(in.g32), float64(NormInfFloat32(in.g32))}
	}, boundNormsFloat32},
	{"HistogramFloat32", runHistogramFloat32, nil},
	{"HistogramInt32", runHistogramInt32, nil},
	{"ExpLogFloat32", runExpLogFloat32, nil},
	{"CoMomentsFloat32", func(in *input) []float64 { return coNumbers(CoMomentsFloat32(in.f32, in.g32)) },
		func(in *input) []float64 { return coBounds(asFloat64(in.f32), asFloat64(in.g32)) }},
	{"CoMomentsInt32", func(in *input) []float64 { return coNumbers(CoMomentsInt32(in.i32, in.j32)) },
		func(in *input) []float64 { return coBounds(asFloat64(in.i32), asFloat64(in.j32)) }},
	{"GroupedMomentsFloat32", func(in *input) []float64 { return groupedBy(GroupedMomentsFloat32, in.codes, in.f32) },
		func(in *input) []float64 { return groupBounds(in.codes, asFloat64(in.f32)) }},
	{"GroupedMomentsInt32", func(in *input) []float64 { return groupedBy(GroupedMomentsInt32, in.codes, in.j32) },
		func(in *input) []float64 { return groupBounds(in.codes, asFloat64(in.j32)) }},
	{"SumCompensatedFloat32", func(in *input) []float64 {
		return []float64{oneNaN(SumCompensatedFloat32(in.f32)), oneNaN(SumCompensatedFloat32(in.g32))}
	}, nil},
}

func groupedBy[T element](grouped func(acc []GroupMoments, codes []uint8, x []T) error, codes []uint8, x []T) []float64 {
	acc := make([]GroupMoments, testGroups)
	if err := grouped(acc, codes, x); err != nil {
		panic(err)
	}
	return groupNumbers(acc)
}

// asFloat64 returns the numbers as float64.
func asFloat64[T element](x []T) []float64 {
	f := make([]float64, len(x))
	for i, v := range x {
		f[i] = float64(v)
	}
	return f
}

func boundSumFloat32(in *input) []float64 {
	f, g := asFloat64(in.f32), asFloat64(in.g32)
	return []float64{sumBound(f...), sumBound(products(f, g)...)}
}

func runMinMaxFloat32(in *input) []float64 {
	lo, hi, ok := MinMaxFloat32(in.f32)
	if ok != (len(in.f32) > 0) {
		panic("ok is wrong")
	}
	return []float64{oneNaN(float64(lo)), oneNaN(float64(hi))}
}

func runMinMaxInt32(in *input) []float64 {
	lo, hi, ok := MinMaxInt32(in.j32)
	if ok != (len(in.j32) > 0) {
		panic("ok is wrong")
	}
	return []float64{float64(lo), float64(hi)}
}

func runArithFloat32(in *input) (out []float64) {
	a := threshold(in.f32)
	for _, f := range []func(dst, x, y []float32){
		AddFloat32, SubFloat32, MulFloat32, DivFloat32,
		func(dst, x, y []float32) { FMAFloat32(dst, x, y, x) }, func(dst, x, y []float32) { AxpyFloat32(dst, a, x, y) },
		func(dst, _, y []float32) { ScaleFloat32(dst, a, y) }, func(dst, _, y []float32) { SqrtFloat32(dst, y) },
		func(dst, _, y []float32) { AbsFloat32(dst, y) }, func(dst, _, y []float32) { NegFloat32(dst, y) },
	} {
		f(in.outF32, in.f32, in.g32)
		out = append(out, digest32(in.outF32)...)
	}
	return out
}

func runArithInt32(in *input) (out []float64) {
	a := threshold(in.j32)
	for _, f := range []func(dst, x, y []int32){
		AddInt32, SubInt32, MulInt32, func(dst, x, y []int32) { AxpyInt32(dst, a, x, y) },
		func(dst, _, y []int32) { ScaleInt32(dst, a, y) }, func(dst, _, y []int32) { AbsInt32(dst, y) }, func(dst, _, y []int32) { NegInt32(dst, y) },
	} {
		f(in.outI32, in.i32, in.j32)
		out = append(out, digest32(in.outI32)...)
	}
	return out
}

// digest32 is digest for elements of 4 bytes, all NaN being one.
func digest32[T int32 | float32](x []T) []float64 {
	h := uint64(len(x))
	for i, w := range dwordsOf(x) {
		if x[i] != x[i] {
			w = math.Float32bits(nan32())
		}
		h = (h ^ uint64(w)) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return wholes(int64(h))
}
