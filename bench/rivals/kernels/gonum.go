package main

import (
	"gonum.org/v1/gonum/blas"
	gonum "gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/floats"
)

func init() {
	const name = "gonum"
	sums[name] = func(in *input) work { return number(func() float64 { return floats.Sum(in.x) }) }
	dots[name] = func(in *input) work { return number(func() float64 { return floats.Dot(in.x, in.y) }) }
	mins[name] = func(in *input) work { return number(func() float64 { return floats.Min(in.x) }) }
	adds[name] = func(in *input) work { return in.into(len(in.x), func() { floats.AddTo(in.dst, in.x, in.y) }) }
	scales[name] = func(in *input) work { return in.into(len(in.x), func() { floats.ScaleTo(in.dst, 2.5, in.x) }) }
	prefixSums[name] = func(in *input) work { return in.into(len(in.x), func() { floats.CumSum(in.dst, in.x) }) }
	gemms[name] = func(in *input) work {
		return in.into(len(in.x), func() {
			gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, in.n, in.n, in.n, 1, in.x, in.n, in.y, in.n, 0, in.dst, in.n)
		})
	}
}
