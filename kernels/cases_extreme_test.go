package kernels

var extremeCases = []kernelCase{
	{"Extremes", runExtremes, nil},
	{"ExtremesInt64", runExtremesInt64, nil},
	{"Count", runCount, nil},
	{"CountInt64", runCountInt64, nil},
	{"Compare", runCompare, nil},
	{"CompareInt64", runCompareInt64, nil},
}

func number(v float64, ok bool) []float64 {
	if ok {
		return []float64{1, oneNaN(v)}
	}
	return []float64{0, oneNaN(v)}
}

func runExtremes(in *input) []float64 {
	var out []float64
	for _, f := range []func([]float64) (float64, bool){Min, Max, NanMin, NanMax} {
		out = append(out, number(f(in.f))...)
		out = append(out, number(f(in.g))...)
	}
	return append(out, float64(ArgMin(in.f)), float64(ArgMax(in.f)), float64(ArgMin(in.g)), float64(ArgMax(in.g)))
}

func runExtremesInt64(in *input) []float64 {
	lo, _ := MinInt64(in.y)
	hi, _ := MaxInt64(in.y)
	return append(wholes(lo, hi), float64(ArgMinInt64(in.y)), float64(ArgMaxInt64(in.y)), float64(ArgMinInt64(in.x)), float64(ArgMaxInt64(in.x)))
}

// threshold is an element of x, so that some are equal to it.
func threshold[T any](x []T) (t T) {
	if len(x) > 0 {
		t = x[len(x)/3]
	}
	return t
}

func runCount(in *input) []float64 {
	var out []float64
	for c := range comparisons {
		out = append(out, float64(Count(in.f, c, threshold(in.f))))
	}
	return out
}

func runCountInt64(in *input) []float64 {
	var out []float64
	for c := range comparisons {
		out = append(out, float64(CountInt64(in.x, c, threshold(in.x))), float64(CountInt64(in.y, c, threshold(in.y))))
	}
	return out
}

func runCompare(in *input) []float64 {
	var out []float64
	for c := range comparisons {
		Compare(in.bits, in.f, c, threshold(in.f))
		out = append(out, bitNumbers(in.bits)...)
	}
	return out
}

func runCompareInt64(in *input) []float64 {
	var out []float64
	for c := range comparisons {
		CompareInt64(in.bits, in.x, c, threshold(in.x))
		out = append(out, bitNumbers(in.bits)...)
	}
	return out
}

func bitNumbers(words []uint64) (out []float64) {
	for _, w := range words {
		out = append(out, wholes(int64(w))...)
	}
	return out
}
