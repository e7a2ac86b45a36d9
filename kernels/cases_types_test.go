package kernels

func runArithWhole(in *input) (out []float64) {
	a := threshold(in.y)
	for _, f := range []func(dst, x, y []int64){
		func(dst, x, y []int64) { AxpyInt64(dst, a, x, y) }, func(dst, _, y []int64) { ScaleInt64(dst, a, y) },
		func(dst, _, y []int64) { AbsInt64(dst, y) }, func(dst, _, y []int64) { NegInt64(dst, y) },
	} {
		f(in.outs, in.x, in.y)
		out = append(out, digest(in.outs)...)
	}
	return append(out, wholes(DotInt64(in.x, in.y), DotInt64(in.y, in.y))...)
}

func runExtremesFloat32(in *input) (out []float64) {
	for _, f := range []func([]float32) (float32, bool){MinFloat32, MaxFloat32, NanMinFloat32, NanMaxFloat32} {
		for _, x := range [][]float32{in.f32, in.g32} {
			v, ok := f(x)
			out = append(out, number(float64(v), ok)...)
		}
	}
	return append(out, float64(ArgMinFloat32(in.f32)), float64(ArgMaxFloat32(in.f32)), float64(ArgMinFloat32(in.g32)), float64(ArgMaxFloat32(in.g32)))
}

func runExtremesInt32(in *input) []float64 {
	lo, _ := MinInt32(in.j32)
	hi, _ := MaxInt32(in.j32)
	return []float64{float64(lo), float64(hi), float64(ArgMinInt32(in.j32)), float64(ArgMaxInt32(in.j32)), float64(ArgMinInt32(in.i32)), float64(ArgMaxInt32(in.i32))}
}

func runCompareFloat32(in *input) (out []float64) {
	t := threshold(in.f32)
	for c := range comparisons {
		CompareFloat32(in.bits, in.f32, c, t)
		out = append(append(out, float64(CountFloat32(in.f32, c, t))), bitNumbers(in.bits)...)
	}
	return out
}

func runCompareInt32(in *input) (out []float64) {
	for c := range comparisons {
		CompareInt32(in.bits, in.i32, c, threshold(in.i32))
		out = append(out, bitNumbers(in.bits)...)
		out = append(out, float64(CountInt32(in.i32, c, threshold(in.i32))), float64(CountInt32(in.j32, c, threshold(in.j32))))
	}
	return out
}

func runFilterFloat32(in *input) (out []float64) {
	for i, mask := range masks(in) {
		out = append(out, digest32(in.outF32[:got(FilterFloat32(in.outF32, in.f32, mask, 63-i))])...)
	}
	t := threshold(in.f32)
	for c := range comparisons {
		out = append(out, digest32(in.outF32[:got(FilterCompareFloat32(in.outF32, in.f32, c, t))])...)
	}
	return out
}

func runFilterInt32(in *input) (out []float64) {
	for i, mask := range masks(in) {
		out = append(out, digest32(in.outI32[:got(FilterInt32(in.outI32, in.j32, mask, i))])...)
	}
	for c := range comparisons {
		out = append(out, digest32(in.outI32[:got(FilterCompareInt32(in.outI32, in.i32, c, 3))])...)
		out = append(out, digest32(in.outI32[:got(FilterCompareInt32(in.outI32, in.j32, c, 3))])...)
	}
	return out
}

func runTakeNarrow(in *input) []float64 {
	idx := make([]int64, len(in.f))
	for i, v := range in.y {
		idx[i] = int64(uint64(v) % uint64(len(in.f)))
	}
	mustAll(TakeFloat32(in.outF32, in.f32, idx), TakeInt32(in.outI32, in.j32, idx))
	return append(digest32(in.outF32), digest32(in.outI32)...)
}

func mustAll(errs ...error) {
	for _, err := range errs {
		if err != nil {
			panic(err)
		}
	}
}

func runPrefixSumFloat32(in *input) (out []float64) {
	for _, f := range []func(dst, x []float32, start float64) float64{PrefixSumFloat32, PrefixSumExclusiveFloat32} {
		out = append(out, oneNaN(f(in.outF32, in.g32, 0.1)))
		out = append(out, digest32(in.outF32)...)
	}
	return out
}

func runPrefixSumInt32(in *input) (out []float64) {
	for _, f := range []func(dst, x []int32, start int32) int32{PrefixSumInt32, PrefixSumExclusiveInt32} {
		out = append(append(out, float64(f(in.outI32, in.j32, 1))), digest32(in.outI32)...)
	}
	return out
}

func momentNumbers(m Moments) []float64 { return []float64{float64(m.N), m.Mean, m.M2} }

func momentsBound(x []float64) []float64 {
	mean, m2 := momentBounds(x)
	return []float64{0, mean, m2}
}

func boundNormsFloat32(in *input) []float64 {
	return []float64{sumBound(asFloat64(in.f32)...), 1e-13 * Norm2Float32(in.g32), 0}
}

func runHistogramFloat32(in *input) []float64 {
	b, err := NewBins(990, 1010, 7)
	mustAll(err)
	counts := make([]int64, b.Len())
	out := HistogramFloat32(counts, in.f32, b)
	return wholes(append(counts, out.Below, out.Above, out.NaN)...)
}

func runHistogramInt32(in *input) []float64 {
	b := testBins()
	cells := make([]int64, b.Cells())
	HistogramInt32(cells, in.i32, b)
	HistogramInt32(cells, in.j32, b)
	return wholes(cells...)
}

func runExpLogFloat32(in *input) (out []float64) {
	for _, x := range [][]float32{in.f32, in.g32} {
		ExpFloat32(in.outF32, x)
		out = append(out, digest32(in.outF32)...)
		LogFloat32(in.outF32, x)
		out = append(out, digest32(in.outF32)...)
	}
	return out
}
