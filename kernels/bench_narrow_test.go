package kernels

import "testing"

// narrowBenches are the kernels of 4 bytes beside the form of 8 bytes, with the
// bytes that an element has in all columns together. The narrow ones have twice the
// elements, so that both go over the same memory.
var narrowBenches = []struct {
	name        string
	bytes       int // of the form of 8 bytes
	narrow, big func(in *input)
}{
	{"SumFloat32", 8, func(in *input) { sink += SumFloat32(in.f32) }, func(in *input) { sink += Sum(in.f) }},
	{"DotFloat32", 16, func(in *input) { sink += DotFloat32(in.f32, in.g32) }, func(in *input) { sink += Dot(in.f, in.g) }},
	{"SumInt32", 8, func(in *input) { sink += float64(SumInt32(in.i32)) }, func(in *input) { sink += SumInt64(in.x).Float64() }},
	{"DotInt32", 16, func(in *input) { sink += float64(DotInt32(in.i32, in.j32)) }, func(in *input) { sink += float64(DotInt64(in.x, in.y)) }},
	{"MinMaxFloat32", 8, func(in *input) { MinMaxFloat32(in.f32) }, func(in *input) { MinMax(in.f) }},
	{"MinMaxInt32", 8, func(in *input) { MinMaxInt32(in.i32) }, func(in *input) { MinMaxInt64(in.x) }},
	{"ArgMinFloat32", 8, func(in *input) { sink += float64(ArgMinFloat32(in.f32)) }, func(in *input) { sink += float64(ArgMin(in.f)) }},
	{"ArgMinInt32", 8, func(in *input) { sink += float64(ArgMinInt32(in.i32)) }, func(in *input) { sink += float64(ArgMinInt64(in.x)) }},
	{"AddFloat32", 24, func(in *input) { AddFloat32(in.outF32, in.f32, in.g32) }, func(in *input) { Add(in.out, in.f, in.g) }},
	{"DivFloat32", 24, func(in *input) { DivFloat32(in.outF32, in.f32, in.g32) }, func(in *input) { Div(in.out, in.f, in.g) }},
	{"AxpyFloat32", 24, func(in *input) { AxpyFloat32(in.outF32, 2, in.f32, in.g32) }, func(in *input) { Axpy(in.out, 2, in.f, in.g) }},
	{"MulInt32", 24, func(in *input) { MulInt32(in.outI32, in.i32, in.j32) }, func(in *input) { MulInt64(in.outs, in.x, in.y) }},
	{"SqrtFloat32", 16, func(in *input) { SqrtFloat32(in.outF32, in.f32) }, func(in *input) { Sqrt(in.out, in.f) }},
	{"AbsInt32", 16, func(in *input) { AbsInt32(in.outI32, in.i32) }, func(in *input) { AbsInt64(in.outs, in.x) }},
	{"CountFloat32", 8, func(in *input) { sink += float64(CountFloat32(in.f32, Less, 0)) }, func(in *input) { sink += float64(Count(in.f, Less, 0)) }},
	{"CountInt32", 8, func(in *input) { sink += float64(CountInt32(in.i32, Less, 3)) }, func(in *input) { sink += float64(CountInt64(in.x, Less, 3)) }},
	{"CompareFloat32", 8, func(in *input) { CompareFloat32(in.bits, in.f32, Less, 0) }, func(in *input) { Compare(in.bits[:Bits(len(in.f))], in.f, Less, 0) }},
	{"FilterFloat32", 8, func(in *input) { sink += float64(got(FilterFloat32(in.outF32, in.f32, in.bits, 0))) }, func(in *input) { sink += float64(got(Filter(in.out, in.f, in.bits, 0))) }},
	{"FilterCompareFloat32", 8, func(in *input) { sink += float64(got(FilterCompareFloat32(in.outF32, in.f32, Less, 0))) }, func(in *input) { sink += float64(got(FilterCompare(in.out, in.f, Less, 0))) }},
	{"FilterCompareInt32", 8, func(in *input) { sink += float64(got(FilterCompareInt32(in.outI32, in.i32, Less, 3))) }, func(in *input) { sink += float64(got(FilterCompareInt64(in.outs, in.x, Less, 3))) }},
	{"PrefixSumFloat32", 16, func(in *input) { sink += PrefixSumFloat32(in.outF32, in.f32, 0) }, func(in *input) { sink += PrefixSum(in.out, in.f, 0) }},
	{"PrefixSumInt32", 16, func(in *input) { sink += float64(PrefixSumInt32(in.outI32, in.i32, 0)) }, func(in *input) { sink += float64(PrefixSumInt64(in.outs, in.x, 0)) }},
	{"MomentsFloat32", 8, func(in *input) { sink += MomentsFloat32(in.f32).M2 }, func(in *input) { sink += MomentsOf(in.f).M2 }},
	{"MomentsInt32", 8, func(in *input) { sink += MomentsInt32(in.i32).M2 }, func(in *input) { sink += MomentsInt64(in.x).M2 }},
	{"ExpFloat32", 16, func(in *input) { ExpFloat32(in.outF32, in.f32) }, func(in *input) { Exp(in.out, in.f) }},
	{"LogFloat32", 16, func(in *input) { LogFloat32(in.outF32, in.f32) }, func(in *input) { Log(in.out, in.f) }},
}

// BenchmarkNarrow goes over columns of 32 KiB, each kernel beside its form of 8
// bytes: MB/s of the two can be compared, ns an element are of the form itself.
func BenchmarkNarrow(b *testing.B) {
	n := sizes[0].n
	in := *benchInput(n)
	in.narrowInput = narrowColumns(2*n, &in)
	in.bits = make([]uint64, Bits(2*n))
	for i := range in.bits {
		in.bits[i] = 0x9E3779B97F4A7C15 * uint64(i+1)
	}
	for _, c := range narrowBenches {
		for l := range best() + 1 {
			b.Run(c.name+"/"+l.String(), func(b *testing.B) { narrowTimed(b, l, c.bytes, 2*n, &in, c.narrow) })
			b.Run(c.name+"/of8bytes/"+l.String(), func(b *testing.B) { narrowTimed(b, l, c.bytes, n, &in, c.big) })
		}
	}
}

func narrowTimed(b *testing.B, l level, bytes, elems int, in *input, f func(in *input)) {
	use(b, l)
	b.SetBytes(int64(bytes) * int64(len(in.f)))
	for b.Loop() {
		f(in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(elems), "ns/elem")
}

// narrowColumns returns columns of n elements with the numbers of the input.
func narrowColumns(n int, in *input) narrowInput {
	p := newNarrowPool(func(n int) []byte { return make([]byte, n) }, n)
	c := p.narrowFrom(0, n)
	for i := range n {
		k := i % len(in.f)
		c.f32[i], c.g32[i], c.i32[i], c.j32[i] = float32(in.f[k]), float32(in.g[k]), int32(in.x[k]), int32(in.y[k])
	}
	return c
}
