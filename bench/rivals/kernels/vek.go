package main

import "github.com/viterin/vek"

func init() {
	const name = "vek"
	sums[name] = func(in *input) work { return number(func() float64 { return vek.Sum(in.x) }) }
	dots[name] = func(in *input) work { return number(func() float64 { return vek.Dot(in.x, in.y) }) }
	mins[name] = func(in *input) work { return number(func() float64 { return vek.Min(in.x) }) }
	adds[name] = func(in *input) work { return in.into(len(in.x), func() { vek.Add_Into(in.dst, in.x, in.y) }) }
	scales[name] = func(in *input) work { return in.into(len(in.x), func() { vek.MulNumber_Into(in.dst, in.x, 2.5) }) }
	sqrts[name] = func(in *input) work { return in.into(len(in.x), func() { vek.Sqrt_Into(in.dst, in.x) }) }
	prefixSums[name] = func(in *input) work { return in.into(len(in.x), func() { vek.CumSum_Into(in.dst, in.x) }) }
	filters[name] = func(in *input) work { return in.into(in.nChosen, func() { vek.Select_Into(in.dst, in.x, in.chosen) }) }
	gemms[name] = func(in *input) work { return in.into(len(in.x), func() { vek.MatMul_Into(in.dst, in.x, in.y, in.n) }) }
}
