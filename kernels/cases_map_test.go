package kernels

var mapCases = []kernelCase{
	{"Arith", runArith, nil},
	{"ArithInt64", runArithInt64, nil},
	{"Unary", runUnary, nil},
	{"ExpLog", runExpLog, nil},
}

// outNumbers returns what was written, all NaN being one.
func outNumbers(in *input, to []float64) []float64 {
	for _, v := range in.out {
		to = append(to, oneNaN(v))
	}
	return to
}

func runArith(in *input) (out []float64) {
	for _, f := range []func(dst, x, y []float64){Add, Sub, Mul, Div, func(dst, x, y []float64) { FMA(dst, x, y, x) },
		func(dst, x, y []float64) { Axpy(dst, threshold(x), x, y) }} {
		f(in.out, in.f, in.g)
		out = outNumbers(in, out)
	}
	return out
}

func runUnary(in *input) (out []float64) {
	for _, f := range []func(dst, x []float64){Sqrt, Abs, Neg, func(dst, x []float64) { Scale(dst, threshold(in.f), x) }} {
		f(in.out, in.g)
		out = outNumbers(in, out)
	}
	return out
}

func runArithInt64(in *input) (out []float64) {
	for _, f := range []func(dst, x, y []int64){AddInt64, SubInt64, MulInt64} {
		f(in.outs, in.x, in.y)
		out = append(out, wholes(in.outs...)...)
	}
	return out
}

func runExpLog(in *input) (out []float64) {
	for _, x := range [][]float64{in.f, in.g} {
		Exp(in.out, x)
		out = outNumbers(in, out)
		Log(in.out, x)
		out = outNumbers(in, out)
	}
	return out
}
