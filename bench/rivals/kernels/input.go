package main

import (
	"math/rand/v2"

	"github.com/shmengine/shmengine/kernels"
)

// input is what all systems compute from, and where results go.
type input struct {
	n       int
	x, y    []float64
	dst     []float64
	mask    []uint64
	chosen  []bool // the mask
	nChosen int
}

func newInput(c contest) *input {
	n := int(c.per)
	r := rand.New(rand.NewPCG(1, uint64(n)))
	in := &input{n: c.n, x: make([]float64, n), y: make([]float64, n), dst: make([]float64, n), mask: make([]uint64, (n+63)/64), chosen: make([]bool, n)}
	for i := range in.x {
		in.x[i], in.y[i], in.chosen[i] = r.Float64(), r.Float64(), r.IntN(2) == 0
		if in.chosen[i] {
			in.mask[i/64] |= 1 << (i % 64)
			in.nChosen++
		}
	}
	return in
}

// number is a work whose result is a number.
func number(f func() float64) work {
	var v float64
	return work{func() { v = f() }, func() float64 { return v }}
}

// into is a work that writes n elements of dst. The digest weighs places, so that elements
// at others are noticed.
func (in *input) into(n int, f func()) work {
	return work{f, func() float64 { return weighed(in.dst[:n]) }}
}

func weighed(x []float64) (s float64) {
	for i, v := range x {
		s += v * float64(i%7+1)
	}
	return s / float64(len(x)+1)
}

var (
	sums       = makers{baseline: func(in *input) work { return number(func() float64 { return kernels.Sum(in.x) }) }}
	dots       = makers{baseline: func(in *input) work { return number(func() float64 { return kernels.Dot(in.x, in.y) }) }}
	mins       = makers{baseline: func(in *input) work { return number(func() float64 { v, _ := kernels.Min(in.x); return v }) }}
	adds       = makers{baseline: func(in *input) work { return in.into(len(in.x), func() { kernels.Add(in.dst, in.x, in.y) }) }}
	scales     = makers{baseline: func(in *input) work { return in.into(len(in.x), func() { kernels.Scale(in.dst, 2.5, in.x) }) }}
	sqrts      = makers{baseline: func(in *input) work { return in.into(len(in.x), func() { kernels.Sqrt(in.dst, in.x) }) }}
	prefixSums = makers{baseline: func(in *input) work { return in.into(len(in.x), func() { kernels.PrefixSum(in.dst, in.x, 0) }) }}
	filters    = makers{baseline: func(in *input) work {
		return in.into(in.nChosen, func() { _, _ = kernels.Filter(in.dst, in.x, in.mask, 0) })
	}}
	gemms = makers{baseline: func(in *input) work {
		square := func(x []float64) kernels.Matrix {
			return kernels.Matrix{Data: x, Rows: in.n, Cols: in.n, Stride: in.n}
		}
		return in.into(len(in.x), func() { kernels.Gemm(square(in.dst), 1, square(in.x), square(in.y), 0) })
	}}
)
